import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { json } from '../../../lib/simulator/answer';
import { fault, type Fault } from '../../../lib/simulator/faults';
import { startHueBridge, type HueBridge } from '../../../lib/simulator/hue-bridge';
import { deliver, FAST_LINK } from '../../../lib/simulator/misbehave';

let bridge: HueBridge;
beforeAll(async () => {
  bridge = await startHueBridge({ values: 'fixed', now: () => Date.UTC(2025, 10, 20) });
});
afterEach(() => {
  bridge.faults.clear();
  Object.assign(bridge.link, { firstByteMs: 0, bytesPerMs: Infinity });
});
afterAll(() => bridge.close());

const sensors = (given: Fault = fault.none()) => {
  bridge.faults.next('/sensors', given);
  return fetch(`${bridge.url}/api/${bridge.key}/sensors`, { redirect: 'manual' });
};
const trueBody = async () => Buffer.from(await (await sensors()).arrayBuffer());

describe('answers instead of the true one', () => {
  test.each<[string, Fault, number, string]>([
    ['status', fault.status(503), 503, ''],
    ['empty', fault.empty(), 200, ''],
    ['body', fault.body('{"1":'), 200, '{"1":'],
    ['json', fault.json({ odd: true }, 500), 500, '{"odd":true}'],
    [
      'hueError',
      fault.hueError(901),
      200,
      '[{"error":{"type":901,"address":"/sensors","description":"Internal error, 404"}}]',
    ],
    [
      'hueError as string',
      fault.hueError(1, { typeAsString: true }),
      200,
      '[{"error":{"type":"1","address":"/sensors","description":"unauthorized user"}}]',
    ],
    ['tooManyRequests', fault.tooManyRequests(), 429, '{"message":"Too many requests. Try again in some time."}'],
    ['throttled', fault.throttled('ThrottlingException', 400), 400, '{"message":"ThrottlingException"}'],
    ['deadCookies', fault.deadCookies(), 401, ''],
    [
      'invalidGrant',
      fault.invalidGrant(),
      400,
      '{"error":"invalid_grant","error_description":"The request has an invalid grant parameter : refresh_token"}',
    ],
    [
      'invalidToken',
      fault.invalidToken(),
      400,
      '{"response":{"error":{"code":"InvalidToken","index":"0","message":"One or more tokens are invalid."}},"request_id":"TEST"}',
    ],
    [
      'noItems',
      fault.noItems(),
      200,
      '{"data":{"endpoints":{"items":[]}},"extensions":{"requestID":"TEST","duration":91}}',
    ],
  ])('%s', async (_name, given, status, body) => {
    const response = await sensors(given);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  test('html and forbiddenGraphql', async () => {
    expect((await sensors(fault.html())).headers.get('content-type')).toBe('text/html;charset=UTF-8');
    const forbidden = (await (await sensors(fault.forbiddenGraphql())).json()) as { errors: { extensions: unknown }[] };
    expect(forbidden.errors[0]?.extensions).toMatchObject({ errorCode: 'FORBIDDEN' });
  });

  test.each([7, 'Thu, 20 Nov 2025 12:00:00 GMT'])('Retry-After %s', async (retryAfter) => {
    const response = await sensors(fault.status(429, { retryAfter }));
    expect(response.headers.get('retry-after')).toBe(String(retryAfter));
  });

  test('redirect to another host', async () => {
    const response = await sensors(fault.redirect('http://elsewhere.example/'));
    expect([response.status, response.headers.get('location')]).toEqual([302, 'http://elsewhere.example/']);
  });
});

describe('the true answer, spoiled', () => {
  test('content type', async () => {
    const response = await sensors(fault.contentType('text/html'));
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(await trueBody());
  });

  test('not UTF-8', async () => {
    const body = Buffer.from(await (await sensors(fault.notUtf8())).arrayBuffer());
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow();
  });

  test('truncated: HTTP is whole, JSON is not', async () => {
    const body = Buffer.from(await (await sensors(fault.truncated(0.25))).arrayBuffer());
    const whole = await trueBody();
    expect(body).toEqual(whole.subarray(0, Math.floor(whole.length / 4)));
  });

  test('cut: less than Content-Length promised', async () => {
    const response = await sensors(fault.cut());
    expect(Number(response.headers.get('content-length'))).toBe((await trueBody()).length);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});

describe('a bad line', () => {
  // Timers count whole milliseconds, and may come a little early.
  const EARLY_MS = 2;

  test('slow first byte, once', async () => {
    const startedAt = performance.now();
    const response = await sensors(fault.slowFirstByte(120));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(120 - EARLY_MS);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(await trueBody());
  });

  test('slow body, once', async () => {
    const startedAt = performance.now();
    const body = Buffer.from(await (await sensors(fault.slowBody(100))).arrayBuffer());
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(body.length / 100 - EARLY_MS);
    expect(body).toEqual(await trueBody());
  });

  test('a slow link, for good', async () => {
    Object.assign(bridge.link, { firstByteMs: 60, bytesPerMs: 200 });
    for (let request = 1; request <= 2; request++) {
      const startedAt = performance.now();
      const body = await trueBody();
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(60 + body.length / 200 - 2 * EARLY_MS);
    }
  });
});

describe('no true answer', () => {
  test.each([
    ['reset', fault.reset(), { code: 'ECONNRESET' }],
    ['garbage', fault.garbage(), { name: 'HTTPParserError' }],
  ])('%s', async (_name, given, cause) => {
    await expect(sensors(given)).rejects.toMatchObject({ cause });
  });

  test('a huge body is as long as it says', async () => {
    const response = await sensors(fault.hugeBody(5_000_001));
    expect(response.headers.get('content-length')).toBe('5000001');
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_001);
  });

  test('64 MB by default', () => {
    expect(fault.hugeBody()).toEqual({ kind: 'huge_body', bytes: 67_108_864 });
  });

  test('an endless body goes on, until the reader leaves', async () => {
    expect(await readAtLeast(await sensors(fault.endlessBody()), 20_000_000)).toBe(true);
  });

  test('a drip is a byte at a time', async () => {
    const response = await sensors(fault.drip(1));
    expect(response.headers.get('content-length')).toBe('1000000');
    expect(await readAtLeast(response, 20)).toBe(true);
  });

  test('a gzip bomb is small on the wire', async () => {
    const raw = await rawRequest(fault.gzipBomb(64 * 1024 * 1024));
    const packed = raw.subarray(raw.indexOf('\r\n\r\n') + 4);
    expect(raw.toString('latin1')).toContain('content-encoding: gzip');
    expect(packed.length).toBeLessThan(100_000);
    expect(gunzipSync(packed).length).toBe(64 * 1024 * 1024);
  });

  test.each([
    ['a drip', fault.drip(3_600_000)],
    ['a huge body', fault.hugeBody()],
    ['an endless body', fault.endlessBody()],
    ['a slow first byte', fault.slowFirstByte(3_600_000)],
    ['a slow body', fault.slowBody(0.001)],
  ])('%s ends when the reader has left', async (_name, given) => {
    const answer = json({});
    const ended = new Promise<void>((resolve) => {
      const server = createServer((_request, response) => {
        void deliver(answer, given, FAST_LINK, response, response.socket as Socket).then(resolve);
        response.flushHeaders();
        server.close();
      });
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo;
        const client = connect(port, '127.0.0.1', () => client.write('GET / HTTP/1.1\r\nHost: bridge\r\n\r\n'));
        client.once('data', () => client.destroy());
      });
    });
    await ended;
  });

  /**
   * As a connection of Node.js 24 and newer whose client has left, until `close`, which is never emitted in a busy
   * loop.
   */
  class LeftConnection extends Socket {
    writes = 0;
    override write(...given: unknown[]): boolean {
      this.writes += 1;
      const written = given.at(-1);
      if (typeof written === 'function') process.nextTick(written, new Error('write ECANCELED'));
      if (this.writes === 100) this.destroy();
      return false;
    }
  }

  test.each([
    ['a drip', fault.drip(0)],
    ['a huge body', fault.hugeBody()],
    ['an endless body', fault.endlessBody()],
  ])('%s ends at the first write that fails', async (_name, given) => {
    const left = new LeftConnection();
    const response = new ServerResponse(new IncomingMessage(left));
    response.assignSocket(left);
    await deliver(json({}), given, FAST_LINK, response, left);
    expect(left.destroyed).toBe(false);
  });

  test('silence lasts', async () => {
    const socket = await openSocket();
    bridge.faults.next('/sensors', fault.silence());
    socket.write(`GET /api/${bridge.key}/sensors HTTP/1.1\r\nHost: bridge\r\n\r\n`);
    while (bridge.faults.pending > 0) await fetch(`${bridge.url}/api/config`);
    await othersAreAnswered();
    expect([socket.bytesRead, socket.closed]).toEqual([0, false]);
    socket.destroy();
  });
});

describe('connections', () => {
  test('silence before HTTP', async () => {
    bridge.faults.next('CONNECT', fault.silence());
    const socket = await openSocket();
    socket.write('GET /api/config HTTP/1.1\r\nHost: bridge\r\n\r\n');
    await othersAreAnswered();
    expect([socket.bytesRead, socket.closed, bridge.faults.pending]).toEqual([0, false, 0]);
    socket.destroy();
  });

  test.each([
    ['reset', fault.reset()],
    ['garbage', fault.garbage()],
  ])('%s before TLS', async (_name, given) => {
    bridge.faults.next('CONNECT', given);
    await expect(fetch(`${bridge.httpsUrl}/api/config`)).rejects.toMatchObject({
      cause: { code: expect.stringMatching(/^(ECONNRESET|ERR_SSL_.*)$/) as string },
    });
  });
});

test('close ends what hangs', async () => {
  const doomed = await startHueBridge();
  doomed.faults.always('*', fault.silence());
  const hanging = fetch(`${doomed.url}/api/config`).catch((error: unknown) => (error as Error).message);
  while (doomed.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await doomed.close();
  expect(await hanging).toBe('fetch failed');
});

/** Long enough for an answer, if there were one. */
async function othersAreAnswered(): Promise<void> {
  for (let round = 1; round <= 10; round++) await trueBody();
}

function openSocket(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(bridge.port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** All bytes of the answer, header and chunks included, of a client that speaks HTTP/1.0 and so gets no chunks. */
async function rawRequest(given: Fault): Promise<Buffer> {
  bridge.faults.next('/sensors', given);
  const socket = await openSocket();
  socket.write(`GET /api/${bridge.key}/sensors HTTP/1.0\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readAtLeast(response: Response, bytes: number): Promise<boolean> {
  let read = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    read += chunk.length;
    if (read >= bytes) return true; // leaving the loop cancels the body
  }
  return false;
}
