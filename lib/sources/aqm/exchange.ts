/** One exchange with Amazon: retried if that can help, with a type for each kind of failure. */
import { MonitorError } from '../../errors';
import type { Http, HttpRequest, HttpResponse } from '../../http/http';
import { meaningOf } from '../../http/status';
import type { Retrier } from '../../reliability/retry';
import { asCloudFailure } from './cloud-failure';
import { USER_AGENT } from './hosts';

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
