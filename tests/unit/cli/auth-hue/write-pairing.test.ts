import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HueConfig } from '../../../../lib/config/config';
import { targetOf } from '../../../../lib/cli/auth-hue/target';
import { loadConfig } from '../../../../lib/config/load';
import { loadSecrets } from '../../../../lib/config/secrets';
import { writePairing, type Pairing } from '../../../../lib/cli/auth-hue/write-pairing';
import { scratchDirectory } from '../../../support/scratch';

const HUE: HueConfig = {
  ...{ enabled: true, bridge_url: '', bridge_id: '', tls: 'verify', ca_file: '', certificate_sha256: '', bridges: [] },
  ...{ timeout_seconds: 10, endpoint: 'sensors', discovery: [], discovery_url: '', locations: {}, offsets: {} },
};
const PAIRING: Pairing = {
  address: 'https://192.168.1.10',
  bridgeId: '001788fffe100001',
  key: 'a-key-of-the-bridge-0123456789',
  trust: { kind: 'signed', certificateSha256: '' },
  target: { name: '', former: null, formerKey: undefined, formerOnly: null },
  trusting: { tls: 'verify', ca_file: '' },
  hue: HUE,
  strays: [],
};

function files() {
  const directory = scratchDirectory();
  return { config: join(directory, 'config.yaml'), secrets: join(directory, 'secrets.yaml') };
}

test('leaves the secrets as they were if the configuration cannot be written', () => {
  const both = files();
  writeFileSync(both.secrets, 'hue: { username: the-old-key }\n', { mode: 0o600 });
  mkdirSync(both.config);
  expect(() => writePairing(both, PAIRING)).toThrow(/it is a directory/);
  expect(readFileSync(both.secrets, 'utf8')).toBe('hue: { username: the-old-key }\n');
});

test('leaves no secrets if there were none and the configuration cannot be written', () => {
  const both = files();
  mkdirSync(both.config);
  expect(() => writePairing(both, PAIRING)).toThrow(/it is a directory/);
  expect(existsSync(both.secrets)).toBe(false);
});

test('removes what would keep its section of the secrets from being used', () => {
  const both = files();
  writeFileSync(both.secrets, '# mine\nhue:\n  usrname: the-old-key # typed\n', { mode: 0o600 });
  const { strays } = loadSecrets(both.secrets);
  writePairing(both, { ...PAIRING, strays: strays.hue ?? [] });
  expect(readFileSync(both.secrets, 'utf8')).toMatch(/^# mine\nhue: \{ username: "a-key[^}]* \}\n$/);
  expect(loadSecrets(both.secrets)).toMatchObject({ faults: {}, secrets: { hue: { username: PAIRING.key } } });
});

test.each([
  [
    'is written if the bridge signed itself',
    { kind: 'pinned', certificateSha256: 'ab'.repeat(32) },
    false,
    /"(ab){32}"/,
  ],
  ['is removed if the bridge is signed now', PAIRING.trust, true, /certificate_sha256: ""/],
  ['is not mentioned if there is none', PAIRING.trust, false, /^(?!.*certificate_sha256)/s],
] as const)('a pin %s', (_what, trust, hadPin, expected) => {
  const both = files();
  writePairing(both, { ...PAIRING, trust, hue: { ...HUE, certificate_sha256: hadPin ? 'cd'.repeat(32) : '' } });
  expect(readFileSync(both.config, 'utf8')).toMatch(expected);
});

describe('several bridges', () => {
  const [OURS, OTHER] = [PAIRING.bridgeId, '001788fffe200002'];
  const LIST = `# my home
hue:
  # the bridges
  bridges:
    - name: house # downstairs
      bridge_url: https://192.168.1.10
      bridge_id: "${OURS}"
`;
  const SINGLE = `hue:\n  bridge_url: https://192.168.1.10\n  bridge_id: "${OURS}"\n  endpoint: full # slow\n`;
  const both = (config: string, secrets: string) => {
    const at = files();
    writeFileSync(at.config, config);
    writeFileSync(at.secrets, secrets, { mode: 0o600 });
    return at;
  };
  /** Pairs with a bridge, as auth-hue does. */
  const pairAs = (at: ReturnType<typeof files>, name: string | undefined, bridgeId: string, replaces?: string) => {
    const hue = loadConfig(at.config, { beforePairing: true }).hue as HueConfig;
    const { secrets } = loadSecrets(at.secrets, { beforeLogin: true });
    const target = targetOf(hue, name, { bridgeId, replacesBridgeId: replaces ?? null }, secrets);
    writePairing(at, { ...PAIRING, bridgeId, address: 'https://192.168.1.77', target, hue });
    return {
      target,
      hue: loadConfig(at.config).hue as HueConfig,
      keys: loadSecrets(at.secrets).secrets.hue,
      text: readFileSync(at.config, 'utf8'),
    };
  };
  const KEY = PAIRING.key;
  const old = 'the-key-of-house-0123456789';

  test('--name adds one to the list, and leaves the rest as it is', () => {
    const { hue, keys, text } = pairAs(both(LIST, `hue: { bridges: { house: ${old} } }\n`), 'annexe', OTHER);
    expect(hue.bridges).toMatchObject([
      { name: 'house', bridge_id: OURS },
      { name: 'annexe', bridge_id: OTHER, bridge_url: 'https://192.168.1.77', tls: 'verify' },
    ]);
    expect(keys).toEqual({ username: '', bridges: { house: old, annexe: KEY } });
    expect(text).toContain('- name: house # downstairs');
  });

  test('without --name the one that was found is paired again', () => {
    const { hue, keys, text } = pairAs(both(LIST, `hue: { bridges: { house: ${old} } }\n`), undefined, OURS);
    expect(hue.bridges).toMatchObject([{ name: 'house', bridge_url: 'https://192.168.1.77', bridge_id: OURS }]);
    expect(keys?.bridges).toEqual({ house: KEY });
    expect(text).toContain('# the bridges');
  });

  test('the only bridge becomes one of several, with its key', () => {
    const { hue, keys, text, target } = pairAs(both(SINGLE, `hue: { username: ${old} }\n`), 'annexe', OTHER);
    expect(hue.bridges).toMatchObject([
      { name: 'main', bridge_id: OURS, bridge_url: 'https://192.168.1.10' },
      { name: 'annexe', bridge_id: OTHER },
    ]);
    expect(hue).toMatchObject({ bridge_url: '', bridge_id: '', endpoint: 'full' });
    expect(keys).toEqual({ username: '', bridges: { main: old, annexe: KEY } });
    expect([text.includes('# slow'), target.formerOnly?.name]).toEqual([true, 'main']);
  });

  test('the only bridge gets a name', () => {
    const { hue, keys } = pairAs(both(SINGLE, `hue: { username: ${old} }\n`), 'house', OURS);
    expect(hue.bridges).toMatchObject([{ name: 'house', bridge_id: OURS, bridge_url: 'https://192.168.1.77' }]);
    expect(keys).toEqual({ username: '', bridges: { house: KEY } });
  });

  test('its successor takes its place', () => {
    const { hue } = pairAs(both(LIST, `hue: { bridges: { house: ${old} } }\n`), undefined, OTHER, OURS);
    expect(hue.bridges).toMatchObject([{ name: 'house', bridge_id: OTHER }]);
  });

  test.each([
    ['no name, and none of the list', undefined, OTHER],
    ['another name than that bridge has', 'annexe', OURS],
  ])('%s: refused, nothing is written', (_what, name, bridgeId) => {
    const at = both(LIST, `hue: { bridges: { house: ${old} } }\n`);
    expect(() => pairAs(at, name, bridgeId)).toThrow(expect.objectContaining({ type: 'usage' }) as Error);
    expect(readFileSync(at.config, 'utf8')).toBe(LIST);
  });
});
