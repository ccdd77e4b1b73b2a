import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MonitorError } from '../../../lib/errors';
import { agentFor } from '../../../lib/http/agent';
import { createHttp } from '../../../lib/http/fetch';
import type { HttpRequest } from '../../../lib/http/http';
import { createTestAuthority, selfSignedBridge } from '../../../lib/simulator/certificates';
import { fault, type Fault } from '../../../lib/simulator/faults';
import { until } from '../../support/until';
import { startHueBridge, type HueBridge } from '../../../lib/simulator/hue-bridge';

const http = createHttp();
let bridge: HueBridge;
beforeAll(async () => {
  bridge = await startHueBridge();
});
afterAll(() => bridge.close());

const ask = (changes: Partial<HttpRequest> = {}) =>
  http({ method: 'GET', url: `${bridge.url}/api/config`, endpoint: 'GET the bridge', timeoutMs: 20_000, ...changes });

async function failureOf(promise: Promise<unknown>): Promise<MonitorError> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(MonitorError);
  return thrown as MonitorError;
}

describe('an answer', () => {
  it('comes with its status, its headers, its body and the size of that on the wire', async () => {
    const response = await ask();
    expect(response.status).toBe(200);
    expect(response.header('content-type')).toContain('application/json');
    expect(JSON.parse(response.body.toString())).toMatchObject({ bridgeid: bridge.bridgeId.toUpperCase() });
    expect(response.payloadBytes).toBe(response.body.length);
  });

  it.each([404, 429, 500, 503])('of status %i is an answer, not an error', async (status) => {
    bridge.faults.next('*', fault.status(status, { body: 'sorry' }));
    expect((await ask()).status).toBe(status);
  });

  it('that is compressed is counted as it was on the wire', async () => {
    bridge.faults.next('*', fault.gzipBomb(1_000_000));
    const response = await ask();
    expect(response.body.length).toBe(1_000_000);
    expect(response.payloadBytes).toBeLessThan(10_000);
  });

  it('in an unknown encoding, or that cannot be decompressed, is invalid', async () => {
    const compressed = (encoding: string): Fault => {
      const whole = fault.body('this is not compressed');
      if (whole.kind === 'answer') whole.answer.headers = { ...whole.answer.headers, 'content-encoding': encoding };
      return whole;
    };
    bridge.faults.next('*', compressed('gzip'));
    expect((await failureOf(ask())).type).toBe('invalid_response');
    bridge.faults.next('*', compressed('zstd'));
    expect((await failureOf(ask())).message).toContain('zstd');
  });
});

describe('what an answer may not do', () => {
  it.each<[string, Fault, string, boolean]>([
    ['be larger than the limit', fault.hugeBody(), 'invalid_response', true],
    ['never end', fault.endlessBody(), 'invalid_response', true],
    ['unpack to more than the limit', fault.gzipBomb(), 'invalid_response', true],
    ['lead to another host', fault.redirect('http://127.0.0.1:9/elsewhere'), 'http', true],
    ['end before its end', fault.cut(), 'network', false],
    ['end before the end of their chunks', fault.cut(0.5, { chunked: true }), 'network', false],
    ['not be HTTP', fault.garbage(), 'invalid_response', false],
    ['be broken off', fault.reset(), 'network', false],
  ])('%s', async (_, misbehaviour, type, permanent) => {
    bridge.faults.next('*', misbehaviour);
    const failure = await failureOf(ask());
    expect([failure.type, failure.permanent]).toEqual([type, permanent]);
    expect(failure.message).toContain('GET the bridge');
  });

  it.each([
    ['be silent', fault.silence()],
    ['drip', fault.drip()],
    ['start late', fault.slowFirstByte(3_600_000)],
  ])('%s beyond the time allowed', async (_, misbehaviour) => {
    bridge.faults.next('*', misbehaviour);
    expect((await failureOf(ask({ timeoutMs: 200 }))).type).toBe('timeout');
  });
});

describe('the cycle’s deadline', () => {
  const reason = new MonitorError('it is over', { type: 'deadline' });

  it('ends an exchange with its own reason', async () => {
    const controller = new AbortController();
    bridge.faults.next('*', fault.silence());
    const asked = failureOf(ask({ signal: controller.signal }));
    await until(() => bridge.faults.pending === 0);
    controller.abort(reason);
    expect(await asked).toBe(reason);
  });

  it('that is over already sends nothing', async () => {
    const before = bridge.requests.length;
    expect(await failureOf(ask({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(bridge.requests.length).toBe(before);
  });
});

describe('an address without a server', () => {
  it.each([
    ['http://127.0.0.1:1/', 'network'],
    ['http://no-such-host.invalid/', 'network'],
  ])('%s: %s', async (url, type) => {
    const failure = await failureOf(ask({ url }));
    expect([failure.type, failure.permanent]).toEqual([type, false]);
    expect(failure.remediation).not.toBe('');
  });
});

describe('TLS', () => {
  const secure = (tls: HttpRequest['tls'] = {}, at = bridge) => ask({ url: `${at.httpsUrl}/api/config`, tls });

  it('accepts the authority given and the bridge id as the name, in either letter case', async () => {
    const id = bridge.bridgeId;
    expect((await secure({ ca: [bridge.ca], servername: id })).status).toBe(200);
    expect((await secure({ ca: [bridge.ca], servername: id.toUpperCase() })).status).toBe(200);
  });

  it('refuses an unknown authority, and another bridge’s name', async () => {
    const authority = await createTestAuthority();
    const unknown = await failureOf(secure({ ca: [authority.ca], servername: bridge.bridgeId }));
    expect([unknown.type, unknown.permanent]).toEqual(['tls', true]);
    const other = await failureOf(secure({ ca: [bridge.ca], servername: '001788fffe999999' }));
    expect(['tls', 'wrong_bridge']).toContain(other.type);
    expect(other.permanent).toBe(true);
  });

  it('refuses plain HTTP if TLS was asked for', async () => {
    const plain = createServer().listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    const failure = await failureOf(ask({ url: `https://127.0.0.1:${port}/` }));
    plain.close();
    expect([failure.type, failure.permanent]).toEqual(['tls', true]);
  });

  it('verifies with any environment: it is set explicitly, not left to what Node.js does by itself', async () => {
    const agent = (tls: HttpRequest['tls']) => agentFor(bridge.httpsUrl, tls);
    for (const tls of [{}, { ca: [bridge.ca] }, { servername: bridge.bridgeId }]) {
      expect(await agent(tls)).toMatchObject({ options: { rejectUnauthorized: true } });
    }
    expect(await agent({ rejectUnauthorized: false })).toMatchObject({ options: { rejectUnauthorized: false } });
  });

  it('accepts anything only if the user said so', async () => {
    expect((await secure({ rejectUnauthorized: false })).status).toBe(200);
  });

  it('holds a self-signed bridge to its pinned certificate, and sends another server nothing', async () => {
    const certificate = await selfSignedBridge('001788fffe123456');
    const old = await startHueBridge({ protocols: ['https'], certificate });
    const pin = new X509Certificate(certificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();
    try {
      expect((await secure({ pinnedSha256: pin }, old)).status).toBe(200);
      const another = pin.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      const failure = await failureOf(secure({ pinnedSha256: another }, old));
      expect([failure.type, failure.permanent]).toEqual(['tls', true]);
      expect(old.requests).toHaveLength(1);
    } finally {
      await old.close();
    }
  });
});

describe('a certificate whose dates do not fit', () => {
  const DAY = 86_400_000;
  const failure = async (validFromDays: number, validToDays: number, theirDays: number) => {
    const authority = await createTestAuthority();
    const certificate = await authority.bridge('001788fffe100001', { validFromDays, validToDays });
    const now = () => Date.now() + theirDays * DAY;
    const other = await startHueBridge({ protocols: ['https'], certificate, now });
    const tls = { ca: [authority.ca], servername: '001788fffe100001' };
    try {
      return await failureOf(ask({ url: `${other.url}/api/config`, tls }));
    } finally {
      expect(other.requests.every(({ path }) => path === '/')).toBe(true);
      await other.close();
    }
  };
  it.each([
    ['not valid yet', 10, 30, 20],
    ['expired', -30, -10, -20],
  ])('%s, and valid by the clock of the other side: this machine is wrong', async (_name, from, to, theirs) => {
    const { message, type, remedy } = await failure(from, to, theirs);
    expect([type, message]).toEqual([
      'tls',
      expect.stringMatching(/this machine's clock.* the clock of the other side says/),
    ]);
    expect(remedy.say).toMatch(/^See whether this machine keeps time/);
  });

  it('expired by both clocks: the certificate is wrong, and nothing of ours was sent', async () => {
    const { message, remediation } = await failure(-30, -10, 0);
    expect(message).toMatch(/this machine's clock.* the clock of the other side says/);
    expect(remediation).toMatch(/if the clock is right/i);
  });
});
