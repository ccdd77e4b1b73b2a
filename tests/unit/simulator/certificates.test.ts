import { X509Certificate } from 'node:crypto';
import { Agent, get } from 'node:https';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../../lib/simulator/certificates';
import { startHueBridge, type HueBridge } from '../../../lib/simulator/hue-bridge';
import type { ServerIdentity } from '../../../lib/simulator/server';

const BRIDGE_ID = '001788fffeaabbcc';
let authority: TestAuthority;
let bridge: HueBridge | undefined;

beforeAll(async () => {
  authority = await createTestAuthority();
});
afterEach(async () => {
  await bridge?.close();
});

/** The HTTP status a verifying client gets, or the code of the failure of the handshake. */
async function handshake(certificate: ServerIdentity, servername: string | undefined): Promise<unknown> {
  bridge = await startHueBridge({ bridgeId: BRIDGE_ID, certificate, protocols: ['https'] });
  const agent = new Agent({ ca: authority.ca, ...(servername === undefined ? {} : { servername }) });
  const url = `${bridge.url}/api/config`;
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

test("a leaf like Signify's has CN = bridge id and no other name", async () => {
  const leaf = new X509Certificate((await authority.bridge(BRIDGE_ID)).cert);
  expect(leaf.subject).toBe(`C=NL\nO=Philips Hue\nCN=${BRIDGE_ID}`);
  expect(leaf.subjectAltName).toBeUndefined();
  expect(leaf.ca).toBe(false);
  expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  expect(leaf.verify(new X509Certificate(authority.ca).publicKey)).toBe(true);
});

test.each([BRIDGE_ID, BRIDGE_ID.toUpperCase()])('the bridge id as server name proves a leaf for %s', async (name) => {
  expect(await handshake(await authority.bridge(name), BRIDGE_ID)).toBe(200);
});

test('an intermediate is sent along and leads to the root', async () => {
  expect(await handshake(await authority.bridgeViaIntermediate(BRIDGE_ID), BRIDGE_ID)).toBe(200);
});

test.each([
  [
    'without a server name, by its address',
    async () => authority.bridge(BRIDGE_ID),
    undefined,
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  ['of another bridge', async () => authority.bridge('001788fffe000001'), BRIDGE_ID, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['signed by itself', async () => selfSignedBridge(BRIDGE_ID), BRIDGE_ID, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'past its end',
    async () => authority.bridge(BRIDGE_ID, { validFromDays: -20, validToDays: -10 }),
    BRIDGE_ID,
    'CERT_HAS_EXPIRED',
  ],
  [
    'of another authority',
    async () => (await createTestAuthority('CN=other')).bridge(BRIDGE_ID),
    BRIDGE_ID,
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
])('a certificate %s is refused', async (_what, make, servername, code) => {
  expect(await handshake(await make(), servername)).toBe(code);
});

test('a server certificate is good for localhost and the loopback addresses', async () => {
  const identity = await authority.server();
  expect(new X509Certificate(identity.cert).subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(await handshake(identity, undefined)).toBe(200);
});
