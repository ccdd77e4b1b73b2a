import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startHeartbeat } from '../../../lib/alert/heartbeat';
import { createHttp } from '../../../lib/http/fetch';
import { recordingLogger } from '../../support/recording-logger';
import { until } from '../../support/until';

let server: Server;
let pings: string[] = [];
/** what the monitor answers; null: nothing, ever */
let status: number | null = 200;

beforeEach(async () => {
  pings = [];
  status = 200;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      pings.push(`${request.method ?? ''} ${request.url ?? ''} ${body}`.trim());
      if (status !== null) response.writeHead(status).end('OK');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const address = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

function beat(url: string) {
  const logger = recordingLogger();
  const stop = new AbortController();
  const heartbeat = startHeartbeat(url, { http: createHttp(), logger, signal: stop.signal });
  return { heartbeat, logger, stop };
}

test.each([
  [0, 'ok', 'POST /uuid ok'],
  [1, 'timeout', 'POST /uuid/1 timeout'],
  [3, 'partial', 'POST /uuid/3 partial'],
])('start, then exit code %i', async (exitCode, outcome, expected) => {
  const { heartbeat, logger } = beat(address('/uuid'));
  await until(() => pings.length === 1);
  await heartbeat.end(exitCode, outcome);
  expect(pings).toEqual(['POST /uuid/start', expected]);
  expect(logger.events).toEqual([]);
});

test('an address with a slash at its end, or a query, keeps its meaning', async () => {
  const { heartbeat } = beat(address('/ping/key/?create=1'));
  await until(() => pings.length === 1);
  await heartbeat.end(0, 'ok');
  expect(pings).toEqual(['POST /ping/key/start?create=1', 'POST /ping/key?create=1 ok']);
});

test('a monitor that refuses, or is not there, is a line in the log without its address', async () => {
  status = 404;
  const refused = beat(address('/secret-uuid'));
  await until(() => refused.logger.of('heartbeat_failed').length === 1); // the end would call off what is under way
  await refused.heartbeat.end(0, 'ok');
  expect(refused.logger.of('heartbeat_failed')).toEqual([{ status: 404 }, { status: 404 }]);
  const url = address('/secret-uuid');
  await new Promise((resolve) => server.close(resolve));
  const gone = beat(url);
  await gone.heartbeat.end(0, 'ok');
  expect(gone.logger.of('heartbeat_failed').at(-1)).toEqual({ error_type: 'network' });
  expect(JSON.stringify([refused.logger.events, gone.logger.events])).not.toContain('secret-uuid');
});

test('a monitor that never answers the start does not delay the end; the end of the cycle ends all', async () => {
  status = null;
  const { heartbeat, stop, logger } = beat(address('/uuid'));
  await until(() => pings.length === 1);
  const ended = heartbeat.end(0, 'ok');
  await until(() => pings.length === 2);
  stop.abort(new Error('the deadline'));
  await ended;
  expect(logger.of('heartbeat_failed')).toHaveLength(1);
});
