/** When Amazon must not be asked: after a rate limit, and after a failed renewal. */
import { isWaitOver, isYoung } from '../../clock';
import { MonitorError } from '../../errors';
import type { SessionState } from './session-state';

const FIRST_WAIT_MS = 4 * 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** Amazon may ask for more than our own longest wait, but not for years. */
const LONGEST_RETRY_AFTER_MS = 7 * 24 * 60 * 60_000;
/** An early renewal that fails is tried again after this time: the cookies still live. */
const TRY_AGAIN_AFTER_MS = 60 * 60_000;

/** @throws MonitorError `rate_limited` before the time until which Amazon must not be asked */
export function refuseWhileLimited({ rate_limit: limit }: SessionState, now: Date): void {
  if (limit === null) return;
  // A clock that was set back must not silence the collector for longer than the wait was meant to be.
  const untilMs = Date.parse(limit.not_before);
  const longestMs = Math.min(untilMs - Date.parse(limit.at), LONGEST_RETRY_AFTER_MS);
  if (isWaitOver(untilMs, longestMs, now.getTime())) return;
  throw new MonitorError(`Amazon limits the rate of requests: nothing is sent before ${limit.not_before}`, {
    type: 'rate_limited',
    permanent: true,
    remediation: 'Nothing to do: later cycles go on by themselves. If it stays so, raise collection.interval_minutes.',
  });
}

/**
 * The wait after a rate limit: 4 minutes, doubled at each one in a row up to an hour, never less than Amazon asked for.
 */
export function rateLimitAfter(
  previous: SessionState['rate_limit'],
  failure: MonitorError,
  now: Date,
): NonNullable<SessionState['rate_limit']> {
  const in_a_row = (previous?.in_a_row ?? 0) + 1;
  const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (in_a_row - 1));
  const wait = Math.max(own, Math.min(failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS));
  return { at: now.toISOString(), not_before: new Date(now.getTime() + wait).toISOString(), in_a_row };
}

export function renewalFailedRecently({ renewal_failed_at: failedAt }: SessionState, now: Date): boolean {
  return failedAt !== null && isYoung(Date.parse(failedAt), TRY_AGAIN_AFTER_MS, now.getTime());
}

/** Cookies that were obtained a moment ago and are refused nevertheless. */
export function rejected(cyclesInARow: number, cause: MonitorError): MonitorError {
  const again = cyclesInARow > 1 ? `, in ${cyclesInARow} cycles in a row` : '';
  return new MonitorError(`Amazon refuses fresh cookies at once${again}`, {
    type: 'session_rejected',
    permanent: true,
    ...(cause.endpoint === undefined ? {} : { endpoint: cause.endpoint }),
    remediation: 'If it stays so, log in again: node bin/auth-amazon.js',
    cause,
  });
}
