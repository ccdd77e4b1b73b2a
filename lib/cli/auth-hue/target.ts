/** Which bridge of the configuration a pairing is for. */
import type { HueConfig, Secrets } from '../../config/config';
import { MonitorError } from '../../errors';
import { bridgesOf, keyOf, type BridgeConfig } from '../../sources/hue/bridges';

/** Where a pairing goes. */
export interface Target {
  /** '' for the only bridge */
  name: string;
  /** how this bridge is configured now; null if it is new */
  former: BridgeConfig | null;
  /** its key up to now */
  formerKey: string | undefined;
  /** the only bridge becomes one of several: what it is called from now on */
  formerOnly: { name: string; bridge: BridgeConfig; key: string | undefined } | null;
}

/** The bridges that may be meant before one is found, so that its successor is known at once. */
export function candidatesFor(hue: HueConfig, name: string | undefined): BridgeConfig[] {
  const configured = bridgesOf(hue).filter(({ bridge_url: url, bridge_id: id }) => url !== '' || id !== '');
  return name === undefined ? configured : configured.filter((bridge) => bridge.name === name);
}

/** @throws MonitorError `usage` if NAME cannot be a name */
export function checkName(name: string | undefined): void {
  if (name === undefined || /^[a-z0-9-]{1,32}$/.test(name)) return;
  throw usageError(`--name is ${JSON.stringify(name)}; it can be 1 to 32 of a-z, 0-9 and -`, '');
}

/**
 * @param found the bridge that is paired with, and the one whose home it has taken over
 * @throws MonitorError `usage` if it is not clear which one is meant
 */
export function targetOf(
  hue: HueConfig,
  name: string | undefined,
  found: { bridgeId: string; replacesBridgeId: string | null },
  secrets: Secrets,
): Target {
  const configured = candidatesFor(hue, undefined);
  const isFound = ({ bridge_id: id }: BridgeConfig) => id === found.bridgeId || id === found.replacesBridgeId;
  const same = configured.find(isFound) ?? null;
  const toward = (bridge: BridgeConfig | null, called: string): Target => ({
    ...{ name: called, former: bridge, formerOnly: null },
    formerKey: bridge === null ? undefined : keyOf(bridge, secrets),
  });
  if (hue.bridges.length > 0) {
    if (name === undefined) {
      if (same !== null) return toward(same, same.name);
      throw usageError(`hue.bridges has several bridges, and ${found.bridgeId} is none of them`, ' --name NAME');
    }
    if (same !== null && same.name !== name) {
      throw usageError(
        `the bridge ${found.bridgeId} is in hue.bridges already, as ${same.name}`,
        ` --name ${same.name}`,
      );
    }
    return toward(configured.find((bridge) => bridge.name === name) ?? null, name);
  }
  const [only] = configured;
  if (name === undefined) return toward(only ?? null, '');
  if (only === undefined || same !== null) {
    // The only bridge gets a name; nothing else is configured.
    return { ...toward(same, name), formerOnly: same && { name, bridge: same, key: keyOf(same, secrets) } };
  }
  const called = name === 'main' ? 'first' : 'main';
  return { ...toward(null, name), formerOnly: { name: called, bridge: only, key: keyOf(only, secrets) } };
}

function usageError(message: string, flag: string): MonitorError {
  const remediation = {
    say: 'Name the bridge that is meant',
    command: `node bin/auth-hue.js${flag || ' --name NAME'}`,
  };
  return new MonitorError(message, { type: 'usage', permanent: true, remediation });
}
