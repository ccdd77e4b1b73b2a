import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePairing, type Pairing } from '../../../../lib/cli/auth-hue/write-pairing';
import { scratchDirectory } from '../../../support/scratch';

const PAIRING: Pairing = {
  address: 'https://192.168.1.10',
  bridgeId: '001788fffe100001',
  key: 'a-key-of-the-bridge-0123456789',
  trust: { kind: 'signed', certificateSha256: '' },
  hadPin: false,
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
  writePairing(both, { ...PAIRING, trust, hadPin });
  expect(readFileSync(both.config, 'utf8')).toMatch(expected);
});
