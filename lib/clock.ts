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

/** No sensor that is read here is older. */
const FIRST_SENSOR_MS = Date.UTC(2015, 0, 1);
const DAY_MS = 24 * 3_600_000;

/**
 * @param text ISO 8601 with a zone, as devices write their times
 * @returns in UTC with milliseconds and `Z`; null if it is something else
 */
export function isoTime(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text))
    return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Whether a sensor can have measured then. A clock that is some hours ahead still tells the time. */
export function isSensorTime(ms: number, nowMs: number): boolean {
  return ms >= FIRST_SENSOR_MS && ms <= nowMs + DAY_MS;
}

/** The clocks in a home differ by seconds: what a sensor measured later than this has a wrong time. */
const SENSOR_AHEAD_MS = 2 * 60_000;

export function isMeasuredInFuture(measuredMs: number, nowMs: number): boolean {
  return measuredMs > nowMs + SENSOR_AHEAD_MS;
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

/** A value is late when three cycles should have brought a newer one; `freshness` of health fails after the same time. */
export function staleAfter(intervalMinutes: number): number {
  return Math.max(3 * intervalMinutes, 15) * 60_000;
}
