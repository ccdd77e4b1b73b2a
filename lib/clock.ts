/**
 * Whether a stored time can be believed now. A machine without a battery clock starts in 1970 or in 2069 and is set
 * right minutes later: what it stamped before must not count as the newest for years, nor make anything wait for years.
 */

/** Clocks are set back by seconds now and then: a time so far ahead is believed. */
const GRACE_MS = 60_000;

/** What is stamped later than this was stamped by a clock that was wrong, and is never the newest. */
export function newestBelieved(nowMs: number): number {
  return nowMs + GRACE_MS;
}

export function isInFuture(ms: number, nowMs: number): boolean {
  return ms > newestBelieved(nowMs);
}

/**
 * Whether a wait until `untilMs` is over. It is also over if more time is left than such a wait takes at most: it was
 * begun by a clock that was ahead.
 * @param untilMs NaN: there is no wait
 */
export function isWaitOver(untilMs: number, longestMs: number, nowMs: number): boolean {
  return !(nowMs < untilMs && untilMs <= newestBelieved(nowMs) + longestMs);
}

/** Whether what is from `sinceMs` still holds. What comes from the future does not. */
export function isYoung(sinceMs: number, lastsMs: number, nowMs: number): boolean {
  return !isWaitOver(sinceMs + lastsMs, lastsMs, nowMs);
}
