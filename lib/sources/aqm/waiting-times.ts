/** When Amazon must not be asked: after a rate limit, and after a failed renewal. */
import { isWaitOver, isYoung } from '../../clock';
import { MonitorError } from '../../errors';
import { LONGEST_ASKED_MS } from '../../http/retry-after';
import type { SessionState } from './session-state';

/** Amazon counts over about five minutes: a shorter wait would meet the same limit again. */
const FIRST_WAIT_MS = 6 * 60_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** An early renewal that fails is tried again after this time: the cookies still live. */
const TRY_AGAIN_AFTER_MS = 60 * 60_000;

/** @throws MonitorError `rate_limited` before the time until which Amazon must not be asked */
export function refuseWhileLimited({ rate_limit: limit }: SessionState, now: Date): void {
  if (limit === null) return;
  // A clock that was set back must not silence the collector for longer than the wait was meant to be.
  const untilMs = Date.parse(limit.not_before);
  const longestMs = Math.min(untilMs - Date.parse(limit.at), LONGEST_ASKED_MS);
  if (isWaitOver(untilMs, longestMs, now.getTime())) return;
  throw new MonitorError(`Amazon limits the rate of requests: nothing is sent before ${limit.not_before}`, {
    type: 'rate_limited',
    permanent: true,
    remediation: 'Nothing to do: later cycles go on by themselves. If it stays so, raise collection.interval_minutes.',
  });
}

/**
 * The wait after a rate limit: 6 minutes, doubled at each one in a row up to an hour, never less than Amazon asked for.
 */
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
  return failedAt !== null && isYoung(Date.parse(failedAt), TRY_AGAIN_AFTER_MS, now.getTime());
}

/** Cookies that were obtained a moment ago and are refused nevertheless. */
export function rejected(cyclesInARow: number, cause: MonitorError): MonitorError {
  const again = cyclesInARow > 1 ? `, in ${cyclesInARow} cycles in a row` : '';
  return new MonitorError(`Amazon refuses fresh cookies at once${again}`, {
    type: 'session_rejected',
    permanent: true,
    endpoint: cause.endpoint,
    remediation: { say: 'If it stays so, log in again', command: 'node bin/auth-amazon.js' },
    cause,
  });
}

/** Fresh cookies without the csrf value are refused: another login would give the same ones. */
export function withoutCsrf(cause: MonitorError): MonitorError {
  return new MonitorError(
    'Amazon refuses the session because it has no csrf value: no page of Amazon hands one out at the moment',
    {
      type: 'invalid_response',
      endpoint: cause.endpoint,
      permanent: true,
      remediation:
        'The login is not the cause, a new one would not help. Later cycles try again; if it stays so for days, Amazon ' +
        'has changed its pages: look for a newer version of this program.',
      cause,
    },
  );
}
