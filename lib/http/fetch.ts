/**
 * The one place that talks HTTP, with node-fetch. Deadline, size limit and no redirects are not options: an answer that
 * never ends or leads elsewhere must not cost a cycle or a key.
 *
 * The body is taken as it comes over the wire and decompressed here, so that its size on the wire is known and a
 * compressed bomb is stopped by the same limit.
 */
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import nodeFetch from 'node-fetch';
import { MonitorError } from '../errors';
import { agentFor } from './agent';
import { explainFailure } from './failure';
import type { Http, HttpRequest, HttpResponse } from './http';
import { RedirectRefused } from './redirect';
import { explainCertificate } from './shown-certificate';

const DEFAULT_MAX_BYTES = 8_000_000;

/** Names are looked up by the system; passed in, so that a test can point `alexa.amazon.de` at its own server. */
export interface FetchOptions {
  lookup?: LookupFunction;
}

export function createHttp(options: FetchOptions = {}): Http {
  return async (request) => {
    request.signal?.throwIfAborted();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(timeoutOf(request)), request.timeoutMs);
    const stop = () => controller.abort(request.signal?.reason);
    request.signal?.addEventListener('abort', stop, { once: true });
    try {
      return await exchange(request, controller.signal, options);
    } catch (thrown) {
      // node-fetch reports every abort as AbortError; the signal knows why.
      if (controller.signal.aborted) throw controller.signal.reason;
      throw await explainCertificate(explainFailure(thrown, request), request, options.lookup);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', stop);
    }
  };
}

function timeoutOf({ endpoint, timeoutMs }: HttpRequest): MonitorError {
  return new MonitorError(`no complete answer within ${timeoutMs / 1000} s from ${endpoint}`, {
    type: 'timeout',
    endpoint,
    remediation: 'Check that the device is switched on and reachable; raise timeout_seconds if the link is slow.',
  });
}

async function exchange(request: HttpRequest, signal: AbortSignal, options: FetchOptions): Promise<HttpResponse> {
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const response = await nodeFetch(request.url, {
    method: request.method,
    headers: { 'Accept-Encoding': 'identity', Accept: 'application/json', ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: 'manual',
    compress: false,
    signal,
    agent: await (request.connection?.agent(options.lookup) ?? agentFor(request.url, request.tls, options.lookup)),
  });
  const location = response.headers.get('location');
  const isRedirect = response.status >= 300 && response.status < 400 && location !== null;
  if (isRedirect && request.returnRedirects !== true) {
    (response.body as Readable | null)?.destroy();
    throw new RedirectRefused(request.endpoint, location);
  }
  const wire = await readBody(response.body, maxBytes, request.endpoint);
  const body = await decompress(wire, response.headers.get('content-encoding'), maxBytes, request.endpoint);
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    headerValues: (name) => response.headers.raw()[name.toLowerCase()] ?? [],
    body,
    payloadBytes: wire.length,
  };
}

async function readBody(body: NodeJS.ReadableStream | null, maxBytes: number, endpoint: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (body) {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(endpoint, maxBytes);
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(endpoint: string, maxBytes: number): MonitorError {
  return new MonitorError(`the answer of ${endpoint} is larger than ${maxBytes / 1_000_000} MB`, {
    type: 'invalid_response',
    permanent: true,
    endpoint,
    remediation: 'Check the address in the configuration: this does not look like the device.',
  });
}

async function decompress(wire: Buffer, encoding: string | null, maxBytes: number, endpoint: string): Promise<Buffer> {
  if (encoding === null || encoding === 'identity' || wire.length === 0) return wire;
  const { brotliDecompressSync, gunzipSync, inflateSync } = await import('node:zlib');
  const decoders: Record<string, typeof gunzipSync> = {
    gzip: gunzipSync,
    'x-gzip': gunzipSync,
    deflate: inflateSync,
    br: brotliDecompressSync,
  };
  const decode = decoders[encoding.toLowerCase()];
  try {
    if (!decode) throw new Error(`unknown content encoding ${/^[\w-]{1,20}$/.test(encoding) ? encoding : ''}`.trim());
    return decode(wire, { maxOutputLength: maxBytes });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(endpoint, maxBytes);
    throw new MonitorError(`the answer of ${endpoint} cannot be decompressed: ${(thrown as Error).message}`, {
      type: 'invalid_response',
      endpoint,
      cause: thrown,
    });
  }
}
