/** How the keys of bridges depend on one another: of the only one, or of each in `hue.bridges`. */
import type { BridgeKeys, HueConfig, NamedBridge } from './config';
import type { RawConfig, Rule } from './rule';
import { asTyped } from '../typed-command';
import { bridgeUrlFault } from './urls';

/** @param config of which only `hue` is read; it may be anything that the schema has found fault with */
export function bridgeRules({ hue }: Pick<RawConfig, 'hue'>): Rule[] {
  const bridges: unknown = hue?.bridges;
  if (hue === undefined || !Array.isArray(bridges) || bridges.length === 0) {
    return rulesOf('/hue', (config) => config.hue);
  }
  return [
    ...notBeside(hue),
    ...bridges.flatMap((_, index) => rulesOf(`/hue/bridges/${index}`, (config) => config.hue?.bridges[index])),
    ...bridges.flatMap((_, index) => [isUnique(index, 'name'), isUnique(index, 'bridge_id')]),
  ];
}

function rulesOf(section: string, bridgeIn: (config: RawConfig) => BridgeKeys | undefined): Rule[] {
  const at = (key: keyof BridgeKeys) => `${section}/${key}`;
  return [
    {
      pointer: at('bridge_url'),
      reads: ['/hue/enabled'],
      afterPairing: true,
      check: (config) =>
        config.hue?.enabled === true && bridgeIn(config)?.bridge_url === ''
          ? asTyped(
              'is missing, expected the address of the bridge, such as https://192.168.1.10 (node bin/auth-hue.js finds it)',
            )
          : null,
    },
    {
      pointer: at('bridge_url'),
      check: (config) => {
        const url = bridgeIn(config)?.bridge_url ?? '';
        return url === '' ? null : bridgeUrlFault(url);
      },
    },
    {
      pointer: at('bridge_id'),
      reads: ['/hue/enabled', at('bridge_url'), at('tls'), at('certificate_sha256')],
      afterPairing: true,
      check: (config) => {
        const { bridge_url = '', tls, bridge_id, certificate_sha256 } = bridgeIn(config) ?? {};
        const mustProve = config.hue?.enabled === true && bridge_url.startsWith('https:') && tls === 'verify';
        return mustProve && bridge_id === '' && certificate_sha256 === ''
          ? asTyped(
              'is missing, expected the 16 hex digits of the bridge, which prove it over https (node bin/auth-hue.js writes them)',
            )
          : null;
      },
    },
  ];
}

/** The keys of the only bridge: with a list they would mean nothing, and hide a mistake. */
const OF_THE_ONLY_ONE = { bridge_url: '', bridge_id: '', tls: 'verify', ca_file: '', certificate_sha256: '' } as const;

function notBeside(hue: HueConfig): Rule[] {
  return (Object.keys(OF_THE_ONLY_ONE) as (keyof BridgeKeys)[]).map((key) => ({
    pointer: `/hue/${key}`,
    check: () =>
      hue[key] === OF_THE_ONLY_ONE[key] ? null : 'is beside hue.bridges, expected it in an entry of that list',
  }));
}

function isUnique(index: number, key: 'name' | 'bridge_id'): Rule {
  const normal = (bridge: NamedBridge | undefined) => (bridge?.[key] ?? '').replaceAll(':', '').toLowerCase();
  return {
    pointer: `/hue/bridges/${index}/${key}`,
    reads: ['/hue/bridges'],
    check: ({ hue }) => {
      const value = normal(hue?.bridges[index]);
      const isThereBefore = value !== '' && hue?.bridges.slice(0, index).some((bridge) => normal(bridge) === value);
      return isThereBefore === true ? 'is that of a bridge before it, expected another one for each bridge' : null;
    },
  };
}
