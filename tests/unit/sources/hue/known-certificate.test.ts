import { X509Certificate } from 'node:crypto';
import nodeFs, {
  chmodSync,
  chownSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readOnlyState, stateFolder } from '../../../../lib/files/state-folder';
import { createHttp } from '../../../../lib/http/fetch';
import type { Http, TlsOptions } from '../../../../lib/http/http';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../../../lib/simulator/certificates';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../../lib/simulator/hue-bridge';
import { openKnownCertificate, verifyingOnce } from '../../../../lib/sources/hue/known-certificate';
import { CERTIFICATE_FILE } from '../../../../lib/sources/hue/state-files';
import { isRoot, NOBODY } from '../../../support/as-user';
import { recordingLogger } from '../../../support/recording-logger';
import { scratchDirectory } from '../../../support/scratch';

const ID = '001788fffe100001';
let authority: TestAuthority;
let bridge: HueBridge;
let directory: string;
let file: string;
/** what every exchange asked of the certificate */
let asked: ('verified' | 'pinned')[];

const recorded: Http = (request) => {
  asked.push(request.tls?.pinnedSha256 === undefined ? 'verified' : 'pinned');
  return createHttp()(request);
};

const open = (options: HueBridgeOptions = {}) => startHueBridge({ protocols: ['https'], authority, ...options });
type Content = { version: number; certificates: Record<string, Record<string, unknown>> };
const content = () => JSON.parse(readFileSync(file, 'utf8')) as Content;
const certificate = () => content().certificates[ID];
const rewrite = (change: object) =>
  writeFileSync(file, JSON.stringify({ ...content(), certificates: { [ID]: { ...certificate(), ...change } } }));

/** One exchange, as a cycle's; gives the status, or the type of the failure. */
async function exchange(tls: TlsOptions = {}, folderOf = stateFolder, logger = recordingLogger()): Promise<unknown> {
  const known = openKnownCertificate(folderOf(directory), logger);
  const address = `${bridge.httpsUrl}/api/${bridge.key}/sensors`;
  return verifyingOnce(
    recorded,
    known,
    logger,
  )({
    method: 'GET',
    url: address,
    endpoint: 'GET /api/<key>/sensors',
    timeoutMs: 10_000,
    tls: { servername: ID, ca: [authority.ca], ...tls },
  }).then(
    ({ status }) => status,
    (thrown: unknown) => (thrown as { type: string }).type,
  );
}

/** The bridge comes back at the same address with another certificate. */
async function replaceBridge(options: HueBridgeOptions): Promise<void> {
  const port = bridge.httpsPort;
  await bridge.close();
  bridge = await open({ ...options, port });
}

beforeAll(async () => {
  authority = await createTestAuthority();
});

beforeEach(async () => {
  directory = scratchDirectory();
  file = join(directory, CERTIFICATE_FILE);
  asked = [];
  bridge = await open();
});

afterEach(() => bridge.close());

test('a certificate is verified once, and then has to be the same', async () => {
  expect([await exchange(), await exchange(), await exchange()]).toEqual([200, 200, 200]);
  expect(asked).toEqual(['verified', 'pinned', 'pinned']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(bridge.key);
});

test('a renewed certificate is verified again, in the same exchange', async () => {
  await exchange();
  const former = certificate()?.['sha256'];
  await replaceBridge({ certificate: await authority.bridge(ID) });
  expect([await exchange(), await exchange()]).toEqual([200, 200]);
  expect(asked).toEqual(['verified', 'pinned', 'verified', 'pinned']);
  expect(certificate()?.['sha256']).not.toBe(former);
});

test.each([
  ['another bridge of the same authority', async () => authority.bridge('001788fffe999999'), 'wrong_bridge'],
  ['our bridge by another authority', async () => (await createTestAuthority()).bridge(ID), 'tls'],
  ['our bridge, expired', async () => authority.bridge(ID, { validFromDays: -20, validToDays: -10 }), 'tls'],
])('%s at the known address gets no request', async (_who, shown, failure) => {
  await exchange();
  const kept = content();
  await replaceBridge({ certificate: await shown() });
  expect(await exchange()).toBe(failure);
  // One that has expired is asked for its clock.
  expect(bridge.requests.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  expect(content()).toEqual(kept);
});

describe('verified again, and remembered again, if', () => {
  const states: [string, () => void][] = [
    ['it has expired since', () => rewrite({ valid_until: '2026-01-01T00:00:00.000Z' })],
    ['the file is cut', () => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200))],
    ['the file is a list', () => writeFileSync(file, '[]')],
    ['the file is of another version', () => writeFileSync(file, JSON.stringify({ ...content(), version: 1 }))],
    ['the fingerprint is not valid', () => rewrite({ sha256: 'ab' })],
    ['others may write the file', () => chmodSync(file, 0o622)],
  ];
  if (isRoot) states.push(['another user owns the file', () => chownSync(file, NOBODY, NOBODY)]);

  test.each(states)('%s', async (_state, change) => {
    await exchange();
    change();
    expect([await exchange(), await exchange()]).toEqual([200, 200]);
    expect(asked).toEqual(['verified', 'verified', 'pinned']);
  });
});

test('the file that is read is the file that was checked, even if its name is changed in between', async () => {
  await exchange();
  const genuine = certificate()?.['sha256'];
  const forged = { ...certificate(), sha256: 'f'.repeat(64) };
  const impostor = JSON.stringify({ ...content(), certificates: { [ID]: forged } });
  const swap = () => {
    writeFileSync(`${file}.planted`, impostor);
    renameSync(`${file}.planted`, file);
  };
  const basis = { servername: ID, ca: [authority.ca] };
  const looks = (['statSync', 'lstatSync', 'fstatSync'] as const).map((name) => {
    const look = nodeFs[name] as (...parameters: unknown[]) => unknown;
    return jest.spyOn(nodeFs, name).mockImplementation(((...parameters: unknown[]) => {
      const found = look(...parameters);
      swap();
      return found;
    }) as never);
  });
  try {
    expect(openKnownCertificate(stateFolder(directory), recordingLogger()).find(basis)?.sha256).toBe(genuine);
  } finally {
    for (const look of looks) look.mockRestore();
  }
  expect(certificate()?.['sha256']).toBe('f'.repeat(64));
});

describe('a pinned certificate', () => {
  const pinOf = ({ cert }: { cert: string }) =>
    new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();

  test('that is replaced by one of an authority for our bridge: accepted, said once, and then the only one', async () => {
    const former = await selfSignedBridge(ID);
    const pinnedSha256 = pinOf(former);
    await replaceBridge({ certificate: former });
    expect(await exchange({ pinnedSha256 })).toBe(200);
    await replaceBridge({ certificate: await authority.bridge(ID) });
    const logger = recordingLogger();
    expect(await exchange({ pinnedSha256 }, stateFolder, logger)).toBe(200);
    expect(await exchange({ pinnedSha256 }, stateFolder, logger)).toBe(200);
    expect(logger.of('certificate_replaced')).toEqual([{ bridge_id: ID }]);
    expect(asked).toEqual(['pinned', 'pinned', 'verified', 'pinned']);
    await replaceBridge({ certificate: former });
    expect(await exchange({ pinnedSha256 })).toBe('tls');
    expect(bridge.requests).toEqual([]);
  });

  test.each([
    ['by another one that nobody vouches for', () => selfSignedBridge(ID)],
    ['by one for another bridge', () => authority.bridge('001788fffe999999')],
  ])('that is replaced %s is refused, and nothing is sent', async (_what, shown) => {
    await replaceBridge({ certificate: await shown() });
    expect(await exchange({ pinnedSha256: 'ab'.repeat(32) })).toBe('tls');
    expect(bridge.requests).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

test('a link in its place is not followed', async () => {
  await exchange();
  renameSync(file, `${file}.elsewhere`);
  symlinkSync(`${file}.elsewhere`, file);
  expect(await exchange()).toBe(200);
  expect(asked).toEqual(['verified', 'verified']);
});

test('a certificate of an authority that is no longer trusted is refused', async () => {
  await exchange();
  expect(await exchange({ ca: [(await createTestAuthority()).ca] })).toBe('tls');
  expect(bridge.requests).toHaveLength(1);
});

test('what was verified for one bridge counts for no other', async () => {
  await exchange();
  expect(await exchange({ servername: '001788fffe999999' })).toBe('wrong_bridge');
  expect(asked).toEqual(['verified', 'verified']);
});

test('a check writes nothing', async () => {
  expect(await exchange({}, readOnlyState)).toBe(200);
  expect(existsSync(file)).toBe(false);
});

test('if nothing can be written, every exchange verifies', async () => {
  directory = join(directory, 'missing');
  expect([await exchange(), await exchange()]).toEqual([200, 200]);
  expect(asked).toEqual(['verified', 'verified']);
});
