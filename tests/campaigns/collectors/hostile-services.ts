/** What those can do whom a cycle tells: a webhook, a heartbeat, a broker, a mail server. None of them is trusted. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Home } from '../../support/home';
import type { Hostile } from './hostile';

type Behaviour = (socket: Socket) => void;

const CHUNK = Buffer.alloc(64 * 1024, 'x');

/** As fast as the other side reads. */
const endless =
  (greeting: string | Buffer, part: string | Buffer = CHUNK): Behaviour =>
  (socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write(part));
    };
    socket.on('drain', more);
    socket.write(greeting);
    more();
  };

/** When something has come. */
const after =
  (then: Behaviour): Behaviour =>
  (socket) =>
    socket.once('data', () => then(socket));

/** Never ends, but is never silent for long. */
const drip =
  (greeting: string): Behaviour =>
  (socket) => {
    socket.write(greeting);
    const timer = setInterval(() => socket.write('x'), 100);
    socket.on('close', () => clearInterval(timer));
  };

async function start(behave: Behaviour): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

const HTTP_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n';
const MQTT_ACCEPTED = Buffer.from([0x20, 2, 0, 0]);
/** The beginning of a message of 256 MB. */
const MQTT_LONGEST = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
/** A whole message to a topic that nobody asked for. */
const MQTT_MESSAGE = Buffer.concat([Buffer.from([0x30, 0xfd, 0x01, 0, 1, 0x61]), Buffer.alloc(250)]);

const SERVICES: Record<string, (home: Home, port: number) => void> = {
  webhook: (home, port) =>
    home.configure({ builtin_alerts: { battery_below: 100 } }, { notify: { webhook: `http://127.0.0.1:${port}/` } }),
  heartbeat: (home, port) => home.configure({}, { heartbeat: { hue: `http://127.0.0.1:${port}/` } }),
  broker: (home, port) => home.configure({ publish: { mqtt: { url: `mqtt://127.0.0.1:${port}` } } }),
  'mail server': (home, port) =>
    home.configure(
      { builtin_alerts: { battery_below: 100 }, notify: { format: 'text' } },
      { email: { host: '127.0.0.1', port, from: 'a@example.com', to: 'b@example.com' } },
    ),
};

const ROWS: readonly [keyof typeof SERVICES, what: string, Behaviour][] = [
  ['webhook', 'a body without end', after(endless(`${HTTP_HEAD}\r\n`))],
  ['webhook', 'a header without end', after(endless(HTTP_HEAD))],
  ['webhook', 'a byte now and then', after(drip(`${HTTP_HEAD}\r\n`))],
  ['heartbeat', 'a body without end', after(endless(`${HTTP_HEAD}\r\n`))],
  ['heartbeat', 'a byte now and then', after(drip(`${HTTP_HEAD}\r\n`))],
  ['broker', 'a message without end', after(endless(Buffer.concat([MQTT_ACCEPTED, MQTT_LONGEST])))],
  [
    'broker',
    'messages without end',
    after(endless(MQTT_ACCEPTED, Buffer.concat(Array<Buffer>(250).fill(MQTT_MESSAGE)))),
  ],
  ['broker', 'no message of the protocol', endless('')],
  ['broker', 'a byte now and then', drip('')],
  ['broker', 'silence', () => undefined],
  ['mail server', 'a greeting without end', endless('220 ')],
  ['mail server', 'lines without end', endless('220-x\r\n', '220-xxxxxxxx\r\n'.repeat(4000))],
  ['mail server', 'a byte now and then', drip('220 ')],
  ['mail server', 'silence', () => undefined],
];

export const SERVICES_OF_HUE: readonly Hostile[] = ROWS.map(([service, what, behave]) => ({
  name: `${service}: ${what}`,
  command: 'collect-hue',
  arrange: async (home) => {
    const { port, close } = await start(behave);
    SERVICES[service]?.(home, port);
    return close;
  },
  ends: '0',
}));
