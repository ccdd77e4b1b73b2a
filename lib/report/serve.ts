/**
 * `report serve`: the page, live, for browsers on this machine. It listens on loopback only; and because any page of the web
 * may send a browser to loopback under a name of its own, the Host header must be one of ours.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { staleAfter } from '../clock';
import type { Config } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { databasePath, sideFiles } from '../store/files';
import { withReader } from '../store/reader';
import { withKnownNames } from './filters';
import { MINUTE_MS } from './moment';
import { contentSecurityPolicy, renderPage } from './page/page';
import type { Request } from './request';
import { allTrouble } from './trouble';

export interface ServeContext {
  config: Config;
  /** what to show, now */
  request: () => Request;
  /** 0: any free one */
  port: number;
}

export interface Serving {
  url: string;
  close: () => Promise<void>;
}

const HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;
/** Without new data a page is made again after this time, because what is missing is trouble, too. */
const NEW_EVERY_MS = 5 * MINUTE_MS;

const HEADERS = {
  'content-security-policy': contentSecurityPolicy(true),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const NOTHING_YET =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Home climate</title></head>' +
  '<body><h1>Home climate</h1><p>There is no reading yet. This page looks again every five seconds.</p></body></html>\n';

/** @throws MonitorError `network` if the port cannot be used */
export async function serve(context: ServeContext): Promise<Serving> {
  let made: { tag: string; page: Promise<string> } | undefined;
  const current = () => {
    const tag = tagOf(context.config);
    if (made?.tag !== tag) made = { tag, page: makePage(context) };
    return made;
  };
  const server = createServer((incoming, response) => {
    answer(incoming, current).then(
      (reply) => send(response, reply),
      (thrown: unknown) => {
        made = undefined;
        send(response, { status: 500, body: `${asMonitorError(thrown).message}\n` });
      },
    );
  });
  await listening(server, context.port);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

async function answer(
  { method, url = '/', headers }: IncomingMessage,
  current: () => { tag: string; page: Promise<string> },
): Promise<Reply> {
  if (!HOST.test(headers.host ?? '')) return { status: 403, body: 'This server answers to localhost only.\n' };
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, body: 'Only GET and HEAD.\n', headers: { allow: 'GET, HEAD' } };
  }
  const [path] = url.split('?');
  if (path === '/favicon.ico') return { status: 204 };
  if (path !== '/') return { status: 404, body: 'There is only one page: /\n' };
  const { tag, page } = current();
  if (headers['if-none-match'] === tag) return { status: 304, headers: { etag: tag } };
  const type = { 'content-type': 'text/html; charset=utf-8', etag: tag };
  // A browser that only asks whether there is a newer page does not wait for it.
  return method === 'HEAD' ? { status: 200, headers: type } : { status: 200, body: await page, headers: type };
}

function send(response: ServerResponse, { status, body = '', headers = {} }: Reply): void {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(body);
}

/** It changes with the database, which every cycle writes, and from time to time. */
function tagOf({ storage }: Config): string {
  const path = databasePath(storage.data_directory);
  const states = [path, ...sideFiles(path)].map((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    // Our own reading makes side files, too; but they are empty, or shared memory.
    return found === undefined || found.size === 0 || file.endsWith('-shm')
      ? ''
      : `${found.ino} ${found.size} ${found.mtimeMs}`;
  });
  const age = Math.floor(Date.now() / NEW_EVERY_MS);
  return `"${createHash('sha256')
    .update([...states, age].join('\n'))
    .digest('hex')
    .slice(0, 20)}"`;
}

async function makePage({ config, request: requestNow }: ServeContext): Promise<string> {
  const page = await withReader(databasePath(config.storage.data_directory), async (reader) => {
    const [database] = reader;
    const request = await withKnownNames(database, requestNow());
    return renderPage(reader, {
      ...{ config, request, live: true },
      staleAfterMs: staleAfter(config.collection.interval_minutes),
      troubleSince: (fromMs) => allTrouble(database, config, request, fromMs),
    });
  });
  return page ?? NOTHING_YET;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = errorCode(error) === 'EADDRINUSE';
      reject(
        new MonitorError(taken ? `port ${port} is in use` : `cannot listen on port ${port}: ${error.message}`, {
          type: 'network',
          remediation: 'Choose another one: --port 8081',
          cause: error,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}
