/** The bridges of the configuration: the only one, or each of `hue.bridges`. */
import type { HueConfig, Secrets } from '../../config/config';
import type { Remedy } from '../../errors';

/** The configuration as it is for one bridge. */
export interface BridgeConfig extends HueConfig {
  /** '' for the only one */
  name: string;
}

/** @returns at least one, in the order of the configuration */
export function bridgesOf(hue: HueConfig): BridgeConfig[] {
  if (hue.bridges.length === 0) return [{ ...hue, name: '' }];
  return hue.bridges.map((bridge) => ({ ...hue, ...bridge, bridges: [] }));
}

/** The key of a bridge; undefined if it is not paired yet. */
export function keyOf({ name }: Pick<BridgeConfig, 'name'>, { hue }: Secrets): string | undefined {
  const key = name === '' ? hue?.username : ownValue(hue?.bridges, name);
  return key === '' ? undefined : key;
}

function ownValue(values: Record<string, string> = {}, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** What a failed bridge is called in `devices_skipped`. */
export const partOf = ({ name }: Pick<BridgeConfig, 'name'>): string => `bridge:${name}`;

/** The flag that names it for auth-hue. */
export const nameFlag = ({ name }: Pick<BridgeConfig, 'name'>): string => (name === '' ? '' : ` --name ${name}`);

/** The same remedy for this bridge: the command for the only bridge would not know which one is meant. */
export function remedyFor({ say, command }: Remedy, bridge: Pick<BridgeConfig, 'name'>): Remedy {
  const withName = (line: string) => line.replaceAll(/(node bin\/auth-hue\.js)(?! --name)/g, `$1${nameFlag(bridge)}`);
  return { say: withName(say), command: withName(command) };
}
