/**
 * What can go wrong, and when: `bridge.faults.next('/sensors', fault.status(503))`.
 * A fault is plain data; `misbehave.ts` puts it on the wire.
 */
import { html, json, text, type Answer } from './answer';

export type Fault =
  /** no fault: a pause in a script of faults */
  | { kind: 'none' }
  /** another answer instead of the true one; what was asked for does not happen */
  | { kind: 'answer'; answer: Answer }
  /** the true answer, spoiled */
  | { kind: 'content_type'; contentType: string }
  | { kind: 'not_utf8' }
  | { kind: 'truncated'; share: number }
  /** the true answer, on a bad line */
  | { kind: 'slow_first_byte'; milliseconds: number }
  | { kind: 'slow_body'; bytesPerMs: number }
  | { kind: 'cut'; share: number; chunked: boolean }
  /** no true answer at all */
  | { kind: 'drip'; everyMs: number }
  | { kind: 'silence' }
  | { kind: 'reset' }
  | { kind: 'garbage' }
  | { kind: 'huge_body'; bytes: number }
  | { kind: 'endless_body' }
  | { kind: 'gzip_bomb'; bytes: number };

/** What the bridge says for an error number [the vendor's list]. */
const HUE_ERRORS: Record<number, string> = {
  1: 'unauthorized user',
  3: 'resource, /sensors, not available',
  4: 'method, GET, not available for resource, /sensors',
  6: 'parameter, username, not available',
  7: 'invalid value, , for parameter, devicetype',
  101: 'link button not pressed',
  901: 'Internal error, 404',
};

const answer = (given: Answer): Fault => ({ kind: 'answer', answer: given });

/** Makers of faults. Times in milliseconds, sizes in bytes. */
export const fault = {
  none: (): Fault => ({ kind: 'none' }),
  /** `retryAfter`: seconds, or a date as HTTP writes it */
  status: (status: number, options: { retryAfter?: number | string; body?: string } = {}): Fault =>
    answer(
      text(
        options.body ?? '',
        'text/html',
        status,
        options.retryAfter === undefined ? {} : { 'retry-after': String(options.retryAfter) },
      ),
    ),
  json: (value: unknown, status = 200): Fault => answer(json(value, status)),
  body: (body: string | Buffer, contentType = 'application/json', status = 200): Fault =>
    answer(text(body, contentType, status)),
  /** 200 and nothing: what real bridges do on `/sensors` [openhab-addons#14218] */
  empty: (): Fault => answer(text('', 'application/json')),
  html: (status = 200): Fault => answer(html(status)),
  redirect: (location: string, status = 302): Fault => answer(text('', 'text/html', status, { location })),

  /** An error of the Hue Bridge: HTTP 200 and a list. Emulators write the type as a string. */
  hueError: (type: number, options: { typeAsString?: boolean; address?: string } = {}): Fault =>
    answer(
      json([
        {
          error: {
            type: options.typeAsString ? String(type) : type,
            address: options.address ?? '/sensors',
            description: HUE_ERRORS[type] ?? 'unknown error',
          },
        },
      ]),
    ),

  /** Amazon's 429 as captured: no Retry-After. */
  tooManyRequests: (): Fault => answer(json({ message: 'Too many requests. Try again in some time.' }, 429)),
  /** The rate limit's other form: it shows in the body alone. */
  throttled: (message: 'Rate exceeded' | 'ThrottlingException' = 'Rate exceeded', status = 200): Fault =>
    answer(json({ message }, status)),
  /** The device list, refused to clients that are not Amazon's own, for days or weeks; the state goes on. */
  throttledList: (): Fault => answer(THROTTLED_LIST()),
  /** Dead cookies, as GraphQL says it: HTTP 200. */
  forbiddenGraphql: (): Fault => answer(FORBIDDEN_GRAPHQL()),
  /** Logged in, wrong marketplace. */
  noItems: (): Fault =>
    answer(json({ data: { endpoints: { items: [] } }, extensions: { requestID: 'TEST', duration: 91 } })),
  /** Dead cookies, as /api/* says it. */
  deadCookies: (status: 401 | 403 = 401): Fault => answer(text('', 'text/html', status)),
  /** The refresh token is refused, in the words of /auth/token. */
  invalidGrant: (): Fault => answer(INVALID_GRANT()),
  /** The same in the words of /auth/register and /ap/exchangetoken/cookies. */
  invalidToken: (message?: string): Fault => answer(INVALID_TOKEN(message)),

  contentType: (contentType: string): Fault => ({ kind: 'content_type', contentType }),
  notUtf8: (): Fault => ({ kind: 'not_utf8' }),
  /** HTTP is whole, the document in it is not. */
  truncated: (share = 0.5): Fault => ({ kind: 'truncated', share }),
  slowFirstByte: (milliseconds: number): Fault => ({ kind: 'slow_first_byte', milliseconds }),
  slowBody: (bytesPerMs: number): Fault => ({ kind: 'slow_body', bytesPerMs }),
  /** Content-Length (or the chunks) promise all, the connection ends after a part. */
  cut: (share = 0.5, { chunked = false } = {}): Fault => ({ kind: 'cut', share, chunked }),
  /** A byte now and then, for ever. */
  drip: (everyMs = 50): Fault => ({ kind: 'drip', everyMs }),
  /** Accepts, and never says anything. */
  silence: (): Fault => ({ kind: 'silence' }),
  reset: (): Fault => ({ kind: 'reset' }),
  /** Bytes that are not HTTP. */
  garbage: (): Fault => ({ kind: 'garbage' }),
  hugeBody: (bytes = 64 * 1024 * 1024): Fault => ({ kind: 'huge_body', bytes }),
  endlessBody: (): Fault => ({ kind: 'endless_body' }),
  /** A small gzip body that unpacks to `bytes`. */
  gzipBomb: (bytes = 1024 * 1024 * 1024): Fault => ({ kind: 'gzip_bomb', bytes }),
};

export const FORBIDDEN_GRAPHQL = () =>
  json({
    errors: [
      {
        message: 'Unauthenticated call',
        path: ['endpoints'],
        extensions: { errorCode: 'FORBIDDEN', isRetryable: false, classification: 'DataFetchingException' },
      },
    ],
    data: { endpoints: null },
    extensions: { requestID: 'TEST', duration: 1 },
  });

export const THROTTLED_LIST = () =>
  json({
    errors: [
      {
        message: 'The request was throttled',
        path: ['endpoints'],
        extensions: {
          errorCode: 'UNOFFICIAL_CLIENT_TOO_MANY_REQUESTS',
          isRetryable: false,
          classification: 'DataFetchingException',
        },
      },
    ],
    data: null,
    extensions: { requestID: 'TEST', duration: 1 },
  });

export const INVALID_GRANT = () =>
  json(
    { error: 'invalid_grant', error_description: 'The request has an invalid grant parameter : refresh_token' },
    400,
  );

export const INVALID_TOKEN = (message = 'One or more tokens are invalid.') =>
  json({ response: { error: { code: 'InvalidToken', index: '0', message } }, request_id: 'TEST' }, 400);
