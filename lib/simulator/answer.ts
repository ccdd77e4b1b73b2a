/** The requests and answers of a simulated device, before any fault changes them. */
import type { IncomingHttpHeaders } from 'node:http';

export interface SimulatedRequest {
  method: string;
  /** without query and trailing slash */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** which of the server's names it came to: `bridge`, `alexa`, `www`, `api`, … */
  host: string;
  /** by the simulator's clock, milliseconds since 1970 */
  at: number;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

export function json(value: unknown, status = 200, headers: Answer['headers'] = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export function text(
  body: string | Buffer,
  contentType: string,
  status = 200,
  headers: Answer['headers'] = {},
): Answer {
  return { status, headers: { 'content-type': contentType, ...headers }, body: Buffer.from(body) };
}

export const HTML_PAGE = '<!doctype html><html><head><title>Sorry</title></head><body><h1>Sorry!</h1></body></html>';

export const html = (status = 200) => text(HTML_PAGE, 'text/html;charset=UTF-8', status);
