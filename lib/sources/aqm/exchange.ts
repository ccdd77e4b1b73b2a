/** One exchange with Amazon: retried if that can help, with a type for each kind of failure. */
import { MonitorError } from '../../errors';
import type { Http, HttpRequest, HttpResponse } from '../../http/http';
import { meaningOf } from '../../http/status';
import type { Retrier } from '../../reliability/retry';
import { decodeText } from '../device-text';
import { asCloudFailure } from './cloud-failure';
import { USER_AGENT } from './hosts';
import { parsed } from './lenient-json';

export interface ExchangeContext {
  http: Http;
  retrier: Retrier;
  timeoutMs: number;
  /** the cycle's deadline */
  signal?: AbortSignal;
  /** the wall clock, for a Retry-After that is a date */
  now: () => Date;
}

export interface AmazonRequest {
  /** for the log: `aqm.read_states` */
  operation: string;
  method: HttpRequest['method'];
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** no retries: for what is asked in addition to a reading, which must not wait for it */
  once?: boolean;
}

/** Reads an answer; what it throws decides whether the exchange is repeated (`permanent`). */
export type Interpret<T> = (response: HttpResponse, endpoint: string) => T;

/** @throws MonitorError what `interpret` threw, or a failure of the network, when retries are spent. */
export type Exchange = <T>(request: AmazonRequest, interpret: Interpret<T>) => Promise<T>;

export function createExchange(context: ExchangeContext): Exchange {
  return (request, interpret) => {
    const { operation, method, url, headers, body, once = false } = request;
    const endpoint = `${method} ${url}`;
    const attempt = async () => {
      const response = await context
        .http({
          method,
          url,
          endpoint,
          headers: { 'User-Agent': USER_AGENT, Accept: 'application/json', 'Accept-Language': 'en-US', ...headers },
          ...(body === undefined ? {} : { body }),
          timeoutMs: context.timeoutMs,
          returnRedirects: true,
          ...(context.signal ? { signal: context.signal } : {}),
        })
        .catch((thrown: unknown) => {
          throw asCloudFailure(thrown, url);
        });
      refusePassing(response, endpoint, context.now());
      return interpret(response, endpoint);
    };
    return once ? attempt() : context.retrier.run({ operation, endpoint }, attempt);
  };
}

/** A server that is busy or broken is not our fault: it may answer well a moment later. */
function refusePassing(response: HttpResponse, endpoint: string, now: Date): void {
  const { status } = response;
  const meaning = meaningOf(response, now.getTime());
  if (meaning === null) return;
  const { retryAfterMs } = meaning;
  const isBroken = status >= 500; // whatever its text says: that server is down, and nobody limits us
  if (!isBroken && (meaning.type === 'rate_limited' || namesThrottling(response.body.toString('utf8')))) {
    throw tooManyRequests(`HTTP ${status}`, endpoint, { retryAfterMs });
  }
  if (meaning.permanent) return;
  throw new MonitorError(`Amazon's server failed (HTTP ${status})`, {
    type: 'http',
    endpoint,
    remediation: 'Nothing to do if this goes away by itself; later cycles try again.',
    retryAfterMs,
  });
}

function namesThrottling(text: string): boolean {
  return /rate exceeded|throttlingexception|too[ _]many[ _]requests/i.test(text.slice(0, 4000));
}

/**
 * The other form of a rate limit: a text in the answer.
 * @param options `permanent`: Amazon says that trying again at once does not help
 * @throws MonitorError `rate_limited`
 */
export function refuseThrottled(text: string, endpoint: string, { permanent = false } = {}): void {
  if (namesThrottling(text)) throw tooManyRequests('in its answer', endpoint, { permanent });
}

/** Amazon says that a retry does not help; then this has lasted for weeks. */
const FOR_WEEKS =
  'Amazon does so for days or weeks to programs that are not its own. Later cycles try again; if it does not ' +
  'end, look for a newer version of this program.';

function tooManyRequests(
  how: string,
  endpoint: string,
  options: { retryAfterMs?: number | undefined; permanent?: boolean } = {},
): MonitorError {
  return new MonitorError(`Amazon says that there were too many requests (${how})`, {
    type: 'rate_limited',
    endpoint,
    remediation:
      options.permanent === true
        ? FOR_WEEKS
        : 'Nothing to do: the next cycles wait until Amazon accepts requests again.',
    ...options,
  });
}

/**
 * The object inside a 200 answer.
 * @throws MonitorError `unauthorized` for 401, 403 and a redirect to the sign-in page (permanent: other cookies are
 *   needed), `http` for other statuses, `invalid_response` for HTML, for an empty, cut or foreign body.
 */
export function readObject(response: HttpResponse, endpoint: string): Record<string, unknown> {
  const { status } = response;
  const isLedToSignIn = leadsToSignIn(response, endpoint);
  if (status === 401 || status === 403 || isLedToSignIn) {
    const how = isLedToSignIn ? 'it leads to the sign-in page' : `HTTP ${status}`;
    throw new MonitorError(`Amazon refuses the session (${how})`, {
      type: 'unauthorized',
      permanent: true,
      endpoint,
      remediation: { say: 'Check the login', command: 'node bin/auth-amazon.js --check' },
    });
  }
  if (status !== 200) throw unexpectedStatus(response, endpoint);
  return readJsonObject(response, endpoint);
}

/** What Amazon does with dead cookies on its pages, and sometimes on its API. */
export function leadsToSignIn(response: HttpResponse, endpoint: string): boolean {
  return redirectOf(response, endpoint)?.pathname.startsWith('/ap/signin') === true;
}

/** Where a redirect leads; null for any other answer. */
function redirectOf(response: HttpResponse, endpoint: string): URL | null {
  const location = response.header('location');
  if (response.status < 300 || response.status >= 400 || location === null) return null;
  const asked = endpoint.slice(endpoint.indexOf(' ') + 1);
  return URL.canParse(location, asked) ? new URL(location, asked) : null;
}

/** The address does not answer as an API any more: retried like everything else, but there may be another way. */
export class AddressGone extends MonitorError {}

const GONE: readonly number[] = [299, 404, 410];

/** A status that nobody expects here: a proxy, a page that is being moved. It may be gone a moment later. */
export function unexpectedStatus(response: HttpResponse, endpoint: string): MonitorError {
  const { status } = response;
  const target = redirectOf(response, endpoint);
  const what =
    target === null ? `HTTP ${status}` : `HTTP ${status}, a redirect to ${target.host}, which is not followed`;
  const Failure = GONE.includes(status) ? AddressGone : MonitorError;
  return new Failure(`unexpected answer from ${endpoint}: ${what}`, {
    type: 'http',
    permanent: target !== null,
    endpoint,
    remediation: IF_IT_STAYS,
  });
}

export const IF_IT_STAYS =
  'Nothing to do if this goes away by itself. If it stays so, Amazon has changed its API: look for a newer version of ' +
  'this program.';

/** The object in a body, with any status. @throws MonitorError `invalid_response` */
export function readJsonObject(response: HttpResponse, endpoint: string): Record<string, unknown> {
  const text = decodeText(response.body).trim();
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const answer = value as Record<string, unknown>;
    const { message, Message, __type, code, error } = answer;
    refuseThrottled([message, Message, __type, code, error].join(' '), endpoint);
    return answer;
  }
  refuseThrottled(text, endpoint);
  const isPage = text.startsWith('<');
  const Failure = isPage ? AddressGone : MonitorError;
  throw new Failure(
    isPage ? `${endpoint} answered with a web page` : `${endpoint} gave ${describeBody(text)} instead of JSON`,
    {
      type: 'invalid_response',
      endpoint,
      remediation: IF_IT_STAYS,
    },
  );
}

function describeBody(text: string): string {
  return text === '' ? 'an empty answer' : `${text.length} characters that are not an object`;
}
