/** Sends an answer: as it is, at the speed of the link, or as the fault says. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Answer } from './answer';
import type { Fault } from './faults';

/** The connection between the device and us. A real bridge: 30 to 100 ms and 50 to 200 bytes a millisecond. */
export interface Link {
  /** milliseconds from the request to the first byte of the answer */
  firstByteMs: number;
  /** of the body */
  bytesPerMs: number;
}

export const FAST_LINK: Link = { firstByteMs: 0, bytesPerMs: Infinity };

const CHUNK = Buffer.alloc(64 * 1024, 0x20);

/**
 * @param answer the true answer; for a fault of kind `answer` the other one
 * @param socket the plain connection below TLS
 */
export async function deliver(answer: Answer, fault: Fault, link: Link, response: ServerResponse, socket: Socket) {
  const firstByteMs = fault.kind === 'slow_first_byte' ? fault.milliseconds : link.firstByteMs;
  if (firstByteMs > 0 && !(await wait(response, firstByteMs))) return;
  switch (fault.kind) {
    case 'silence':
      return;
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'garbage':
      response.socket?.end(Buffer.from('\x16\x03\x01\xff\x00SSH-2.0-dropbear\r\n\x00\x01\x02\r\n\r\n', 'latin1'));
      return;
    case 'drip':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000_000 });
      while ((await write(response, Buffer.from(' '))) && (await wait(response, fault.everyMs)));
      return;
    case 'huge_body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': fault.bytes });
      for (let sent = 0; sent < fault.bytes; sent += CHUNK.length) {
        if (!(await write(response, CHUNK.subarray(0, fault.bytes - sent)))) return;
      }
      response.end();
      return;
    case 'endless_body':
      response.writeHead(200, { 'content-type': 'application/json' });
      while (await write(response, CHUNK));
      return;
    case 'gzip_bomb':
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipBomb(fault.bytes));
      return;
    case 'cut': {
      const length = fault.chunked ? {} : { 'content-length': String(answer.body.length) };
      response.writeHead(answer.status, { ...answer.headers, ...length });
      response.flushHeaders();
      await write(response, answer.body.subarray(0, Math.floor(answer.body.length * fault.share)));
      socket.destroy();
      return;
    }
    case 'none':
    case 'answer':
    case 'slow_first_byte':
    case 'slow_body':
    case 'content_type':
    case 'not_utf8':
    case 'truncated': {
      const spoiled = spoil(answer, fault);
      const bytesPerMs = fault.kind === 'slow_body' ? fault.bytesPerMs : link.bytesPerMs;
      response.writeHead(spoiled.status, { ...spoiled.headers, 'content-length': spoiled.body.length });
      if (Number.isFinite(bytesPerMs)) await pace(response, spoiled.body, bytesPerMs);
      else response.end(spoiled.body);
    }
  }
}

function spoil(answer: Answer, fault: Fault): Answer {
  if (fault.kind === 'content_type')
    return { ...answer, headers: { ...answer.headers, 'content-type': fault.contentType } };
  if (fault.kind === 'truncated') {
    return { ...answer, body: answer.body.subarray(0, Math.floor(answer.body.length * fault.share)) };
  }
  if (fault.kind === 'not_utf8') {
    // Inside the first name: a client that accepts only UTF-8 loses all devices.
    const name = /"(?:name|friendlyName|value)\\?"\s*:\s*\\?"/.exec(answer.body.toString('latin1'));
    const at = name === null ? 0 : name.index + name[0].length;
    return {
      ...answer,
      body: Buffer.concat([answer.body.subarray(0, at), Buffer.from([0xe9, 0xff]), answer.body.subarray(at)]),
    };
  }
  return answer;
}

/** Sends as much as the link has had time for, again and again. */
async function pace(response: ServerResponse, body: Buffer, bytesPerMs: number): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < body.length;) {
    if (!(await wait(response, Math.max(1, Math.min(5, 1 / bytesPerMs))))) return;
    const due = Math.min(body.length, Math.floor((performance.now() - startedAt) * bytesPerMs));
    if (due > sent) response.write(body.subarray(sent, due));
    sent = Math.max(sent, due);
  }
  response.end();
}

/** Resolves after that time (true), or as soon as the other side is gone (false): then there is no need to go on. */
function wait(response: ServerResponse, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      response.off('close', done);
      resolve(!response.destroyed);
    };
    const timer = setTimeout(done, response.destroyed ? 0 : milliseconds);
    response.once('close', done);
  });
}

/**
 * Resolves when the other side can take more (true), or is gone (false). From Node.js 24 on a write to a client that
 * has left fails at once, again and again, before `close` is emitted: so a loop must end at the first write that fails.
 */
function write(response: ServerResponse, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    response.once('close', gone);
    response.write(bytes, (error) => {
      response.off('close', gone);
      resolve(!error && !response.destroyed);
    });
  });
}

/** gzip members may follow each other, so one packed 16 MB member, repeated, is a bomb that is made quickly. */
function gzipBomb(bytes: number): Buffer {
  const member = 16 * 1024 * 1024;
  const packed = gzipSync(Buffer.alloc(Math.min(member, bytes), 0x20), { level: 9 });
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / member) }, () => packed));
}
