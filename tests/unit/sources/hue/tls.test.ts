import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { createTestAuthority } from '../../../../lib/simulator/certificates';
import { SIGNIFY_ROOTS } from '../../../../lib/sources/hue/signify-roots';
import { handshakeProves, tlsOptionsFor } from '../../../../lib/sources/hue/tls';
import { scratchDirectory } from '../../../support/scratch';

const VERIFY = { bridge_id: '001788fffe100001', tls: 'verify', ca_file: '', certificate_sha256: '' } as const;

function file(text: string): string {
  const path = join(scratchDirectory(), 'ca.pem');
  writeFileSync(path, text);
  return path;
}

test("Signify's authorities are the two that Signify publishes, whole and signed by themselves", () => {
  const roots = SIGNIFY_ROOTS.map((pem) => new X509Certificate(pem));
  expect(roots.map(({ fingerprint256 }) => fingerprint256.replaceAll(':', ''))).toEqual([
    'F0BD8E6509E82F774D63BC009D5388C969FE3DCF7D6D541D6351B72B898D8ACF',
    'D8B89448B2AF8E1676185AC07219EE9DCBC8F01C122A026A2A4B7B5CFE0328B8',
  ]);
  expect(roots.map((root) => root.verify(root.publicKey))).toEqual([true, true]);
});

describe('tlsOptionsFor', () => {
  test('trusts Signify for this bridge alone', () => {
    expect(tlsOptionsFor(VERIFY)).toEqual({ servername: VERIFY.bridge_id, ca: SIGNIFY_ROOTS });
  });

  test('trusts the authorities of ca_file as well, all of them', async () => {
    const [one, two] = [(await createTestAuthority()).ca, (await createTestAuthority()).ca];
    const { ca } = tlsOptionsFor({ ...VERIFY, ca_file: file(`of the proxy\n${one}\n${two}`) });
    expect(ca).toEqual([...SIGNIFY_ROOTS, one.trim(), two.trim()]);
  });

  test('trusts the pinned certificate; the authorities are for one that replaces it', () => {
    const pin = 'ab'.repeat(32);
    expect(tlsOptionsFor({ ...VERIFY, certificate_sha256: pin })).toEqual({
      servername: VERIFY.bridge_id,
      ca: SIGNIFY_ROOTS,
      pinnedSha256: pin,
    });
  });

  test('trusts every server if the user wrote insecure', () => {
    expect(tlsOptionsFor({ ...VERIFY, tls: 'insecure', certificate_sha256: 'ab'.repeat(32) })).toEqual({
      servername: VERIFY.bridge_id,
      rejectUnauthorized: false,
    });
  });

  test.each([
    ['is missing', () => '/nonexistent/ca.pem', /no such file/],
    ['is a folder', () => scratchDirectory(), /it is a directory/],
    ['is empty', () => file(''), /no certificate in PEM form/],
    ['is in DER form', () => file('0\x82\x02\x32'), /no certificate in PEM form/],
    ['is damaged', () => file(SIGNIFY_ROOTS[0]?.replace('MIICM', 'MIIXM') ?? ''), /is not a certificate/],
  ])('reports a ca_file that %s', (_what, path, message) => {
    expect(() => tlsOptionsFor({ ...VERIFY, ca_file: path() })).toThrow(message);
    expect(() => tlsOptionsFor({ ...VERIFY, ca_file: path() })).toThrow(
      expect.objectContaining({ type: 'configuration' }) as Error,
    );
  });
});

test.each([
  ['https://192.168.1.10', 'verify', true],
  ['https://192.168.1.10', 'insecure', false],
  ['http://192.168.1.10', 'verify', false],
] as const)('the handshake of %s with tls: %s proves the bridge: %s', (address, tls, proves) => {
  expect(handshakeProves(address, tls)).toBe(proves);
});
