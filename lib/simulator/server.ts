/**
 * The HTTP or HTTPS server under every simulated device: listens on loopback, keeps a log, follows the fault script.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { html, type Answer, type SimulatedRequest } from './answer';
import type { FaultScript } from './fault-script';
import { deliver, type Link } from './misbehave';

export interface ServerIdentity {
  /** PEM: the certificate, intermediates after it */
  cert: string;
  /** PEM */
  key: string;
}

export interface ServerOptions {
  /** goes into the log of requests */
  name: string;
  answer: (request: SimulatedRequest) => Answer;
  /** another name of a request for the script of faults, if its path does not say what it asks */
  secondLine?: (request: SimulatedRequest) => string | null;
  faults: FaultScript;
  /** read at every request, so that it may change */
  link: Link;
  /** every request is added here when it has been read */
  requests: SimulatedRequest[];
  /** milliseconds since 1970; also the Date header */
  now: () => number;
  /** HTTPS with this certificate, else plain HTTP */
  tls?: ServerIdentity;
  /** default 127.0.0.1 */
  address?: string;
  /** default: any free one */
  port?: number;
}

export interface Server {
  url: string;
  port: number;
  /** Ends all connections, however busy; resolves when nothing is left. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const { faults, tls, address = '127.0.0.1', port = 0 } = options;
  const sockets = new Map<number, Socket>();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const socket = sockets.get(request.socket.remotePort ?? -1);
    if (socket !== undefined) void respond(options, request, response, socket);
  };
  const inner = tls === undefined ? createHttpServer(handle) : createHttpsServer(tls, handle);
  // What is not HTTP (TLS at a port without it) is answered as a real server does.
  inner.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  inner.on('tlsClientError', () => undefined);

  // A plain listener in front, so that a connection can fail before TLS, and can be reset below it.
  const listener = createTcpServer((socket) => {
    const key = socket.remotePort ?? -1;
    sockets.set(key, socket);
    socket.on('close', () => sockets.delete(key));
    socket.on('error', () => undefined);
    const fault = faults.take('CONNECT');
    if (fault.kind === 'reset') socket.resetAndDestroy();
    else if (fault.kind === 'garbage') socket.end(Buffer.from('\x00\x01SSH-2.0-dropbear\r\n', 'latin1'));
    else if (fault.kind !== 'silence') inner.emit('connection', socket);
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, address, resolve);
  });
  const bound = listener.address() as AddressInfo;
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${bound.port}`,
    port: bound.port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        inner.close();
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

async function respond(options: ServerOptions, incoming: IncomingMessage, response: ServerResponse, socket: Socket) {
  const { name, faults, link, requests, now } = options;
  response.on('error', () => undefined);
  const url = new URL(incoming.url ?? '/', 'http://simulator');
  const request: SimulatedRequest = {
    method: incoming.method ?? 'GET',
    path: url.pathname.replace(/(?<=.)\/$/, ''),
    query: url.searchParams,
    headers: incoming.headers,
    body: await readBody(incoming),
    host: name,
    at: now(),
  };
  requests.push(request);
  const lines = [`${request.method} ${request.path}`, options.secondLine?.(request) ?? null];
  const fault = faults.take(...lines.filter((line) => line !== null));
  response.setHeader('date', new Date(request.at).toUTCString());
  const answer = fault.kind === 'answer' ? fault.answer : answerOf(options, request);
  await deliver(packed(answer, incoming), fault, link, response, socket);
}

/** A defect of the simulator must show as a defect, not as a hanging test. */
function answerOf(options: ServerOptions, request: SimulatedRequest): Answer {
  try {
    return options.answer(request);
  } catch (error) {
    const failure = html(500);
    return { ...failure, body: Buffer.from(`simulator defect: ${error instanceof Error ? (error.stack ?? '') : ''}`) };
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    // The client went away; what it sent so far is the whole request.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** An answer that says `vary: accept-encoding` is compressed for a client that can decompress it, as Amazon does. */
function packed(answer: Answer, incoming: IncomingMessage): Answer {
  const accepts = incoming.headers['accept-encoding']?.includes('gzip') === true;
  if (!accepts || answer.headers['vary'] !== 'accept-encoding' || answer.body.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: gzipSync(answer.body) };
}
