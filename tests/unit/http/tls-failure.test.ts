/** What a person is told when a TLS handshake fails: real handshakes, as far as a server can be made to do it. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { createHttp } from '../../../lib/http/fetch';
import { explainTls } from '../../../lib/http/tls-failure';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../../lib/simulator/certificates';
import { startHueBridge, type HueBridgeOptions } from '../../../lib/simulator/hue-bridge';

const ID = '001788fffe100001';
let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});

const failureAt = async (url: string) =>
  createHttp()({
    ...{ method: 'GET', url, endpoint: 'GET the bridge', timeoutMs: 10_000 },
    tls: { servername: ID, ca: [authority.ca] },
  }).then(
    () => 'it did not fail',
    (thrown: unknown) => thrown,
  );

const proxy = (authorityName: string) => async () => ({
  certificate: await (await createTestAuthority(authorityName)).bridge(ID),
});

const bridges: [string, () => Promise<HueBridgeOptions>, RegExp, RegExp][] = [
  ['plain http at this port', () => Promise.resolve({ protocols: ['http'] }), /speaks no TLS at this port/, /auth-hue/],
  [
    'a leaf that has expired',
    async () => ({ certificate: await authority.bridge(ID, { validFromDays: -20, validToDays: -10 }) }),
    /has expired, if this machine's clock is right \(it says 20\d\d-/,
    /timedatectl/,
  ],
  [
    'a leaf that is not valid yet',
    async () => ({ certificate: await authority.bridge(ID, { validFromDays: 5 }) }),
    /not valid yet: this machine's clock, which says 20\d\d-.* is probably behind/,
    /timedatectl/,
  ],
  [
    "a proxy's authority, which is named",
    proxy('C=DE, O=Example Proxy Ltd, CN=Inspection CA 7'),
    /authority that is not known here .*: a proxy.*; it was issued by "Example Proxy Ltd"$/,
    /ca_file/,
  ],
  [
    'an authority without an organisation, whose name would give a terminal commands',
    proxy(`CN=\u001b[2J${'x'.repeat(60)}`),
    /; it was issued by "\?\[2Jx{56}"$/,
    /ca_file/,
  ],
  [
    'a certificate signed by itself',
    async () => ({ certificate: await selfSignedBridge(ID) }),
    /only it has signed/,
    /auth-hue/,
  ],
];

test.each(bridges)('%s', async (_what, options, message, remedy) => {
  const bridge = await startHueBridge({ protocols: ['https'], ...(await options()) });
  try {
    const failure = await failureAt(bridge.url.replace('http:', 'https:'));
    expect(failure).toMatchObject({ type: 'tls', permanent: true });
    expect((failure as Error).message).toMatch(message);
    expect((failure as { remediation: string }).remediation).toMatch(remedy);
    expect(bridge.requests.every(({ path }) => path === '/')).toBe(true); // it is only asked for its clock
  } finally {
    await bridge.close();
  }
});

test('TLS 1.0 only', async () => {
  const server = createServer({
    ...(await authority.bridge(ID)),
    ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const failure = await failureAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(failure).toMatchObject({ type: 'tls' });
    expect((failure as Error).message).toMatch(/only an old TLS \(1.0 or 1.1\)/);
  } finally {
    server.close();
  }
});

test.each([
  'CERT_HAS_EXPIRED',
  'EPROTO',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_X',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])('%s at a cloud speaks of no bridge', (code) => {
  expect(JSON.stringify(explainTls(code, false))).not.toMatch(/bridge|hue/i);
});
