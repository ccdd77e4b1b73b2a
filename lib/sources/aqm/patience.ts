/** When Amazon is to be left alone: after a rate limit, and after a failed renewal. */
import { MonitorError } from '../../errors';
import type { SessionState } from './session-state';

const FIRST_WAIT_MS = 4 * 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** An early renewal that fails is tried again after this time: the cookies still live. */
const TRY_AGAIN_AFTER_MS = 60 * 60_000;

/** @throws MonitorError `rate_limited` before the time Amazon was promised to be left alone until */
export function refuseWhileLimited({ rate_limit: limit }: SessionState, now: Date): void {
  // A clock that was set back must not silence the collector for longer than it was told.
  if (limit === null || now < new Date(limit.at) || now >= new Date(limit.not_before)) return;
  throw new MonitorError(`Amazon limits the rate of requests: nothing is sent before ${limit.not_before}`, {
    type: 'rate_limited',
    permanent: true,
    remediation: 'Nothing to do: later cycles go on by themselves. If it stays so, raise collection.interval_minutes.',
  });
}

/** The wait after a rate limit: 4 minutes, doubled at each one in a row up to an hour, never less than Amazon asked for. */
export function rateLimitAfter(
  previous: SessionState['rate_limit'],
  failure: MonitorError,
  now: Date,
): NonNullable<SessionState['rate_limit']> {
  const in_a_row = (previous?.in_a_row ?? 0) + 1;
  const own = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (in_a_row - 1));
  const wait = Math.max(own, failure.retryAfterMs ?? 0);
  return { at: now.toISOString(), not_before: new Date(now.getTime() + wait).toISOString(), in_a_row };
}

export function renewalFailedRecently({ renewal_failed_at: failedAt }: SessionState, now: Date): boolean {
  return failedAt !== null && isRecent(failedAt, now);
}

/** Cookies that were obtained a moment ago and are refused all the same. */
export function rejected(cyclesInARow: number, cause: MonitorError): MonitorError {
  const again = cyclesInARow > 1 ? `, for the ${cyclesInARow}. cycle in a row` : '';
  return new MonitorError(`Amazon refuses fresh cookies at once${again}`, {
    type: 'session_rejected',
    permanent: true,
    ...(cause.endpoint === undefined ? {} : { endpoint: cause.endpoint }),
    remediation: 'If it stays so, log in again: node bin/auth-amazon.js',
    cause,
  });
}

function isRecent(time: string, now: Date): boolean {
  const age = now.getTime() - Date.parse(time);
  return age >= 0 && age < TRY_AGAIN_AFTER_MS;
}
