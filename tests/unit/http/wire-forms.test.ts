/** HTTP as bridges, emulators and small web servers write it: the same answer comes out of each form. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createHttp } from '../../../lib/http/fetch';

const BODY = Buffer.from(JSON.stringify({ '1': { name: 'Küche \u{1f373}', state: { temperature: -350 } } }));
const HEX = BODY.length.toString(16);

/** @param end of the line with the size of a chunk */
const chunk = (part: Buffer, size = part.length.toString(16), end = '') =>
  Buffer.concat([Buffer.from(`${size}${end}\r\n`), part, Buffer.from('\r\n')]);
const LAST = '0\r\n\r\n';
const chunked = (parts: Buffer[], last = LAST) => Buffer.concat([...parts, Buffer.from(last)]);
const CHUNKED = 'Transfer-Encoding: chunked';
const eachByte = [...BODY].map((byte) => chunk(Buffer.from([byte])));
const packed = gzipSync(BODY);

const FORMS: [name: string, head: string[], body: Buffer][] = [
  ['a length', [`Content-Length: ${BODY.length}`], BODY],
  ['a length, and the type of a page', [`content-length:${BODY.length}`, 'Content-Type: text/html'], BODY],
  ['neither length nor chunks: it ends with the connection', ['Connection: close'], BODY],
  ['one chunk', [CHUNKED], chunked([chunk(BODY)])],
  ['a chunk for each byte, also within a character', [CHUNKED], chunked(eachByte)],
  [
    'sizes in capitals, with zeros before',
    ['TRANSFER-ENCODING: Chunked'],
    chunked([chunk(BODY, `000${HEX.toUpperCase()}`)]),
  ],
  ['chunks with extensions', [CHUNKED], chunked([chunk(BODY, HEX, ';name=value')])],
  ['a last chunk of many zeros', [CHUNKED], chunked([chunk(BODY)], '0000\r\n\r\n')],
  ['lines after the last chunk', [CHUNKED], chunked([chunk(BODY)], '0\r\nExpires: never\r\n\r\n')],
  ['chunks that are compressed', [CHUNKED, 'Content-Encoding: gzip'], chunked([chunk(packed)])],
];

describe.each([
  ['at once', (socket: Socket, bytes: Buffer) => void socket.end(bytes)],
  [
    'byte by byte',
    (socket: Socket, bytes: Buffer) => {
      socket.setNoDelay(true);
      for (const byte of bytes) socket.write(Buffer.from([byte]));
      socket.end();
    },
  ],
])('sent %s', (_how, send) => {
  test.each(FORMS.flatMap((form) => [['HTTP/1.1 200 OK', ...form] as const, ['HTTP/1.1 200 ', ...form] as const]))(
    '%s with %s',
    async (status, _name, head, body) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () =>
          send(socket, Buffer.concat([Buffer.from(`${[status, ...head].join('\r\n')}\r\n\r\n`), body])),
        );
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const answer = await createHttp()({ method: 'GET', url, endpoint: 'GET it', timeoutMs: 20_000 });
        expect([answer.status, answer.body.toString()]).toEqual([200, BODY.toString()]);
      } finally {
        server.close();
      }
    },
  );
});
