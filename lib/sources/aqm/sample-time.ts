/** `timeOfSample`: when a monitor measured a value. */

const EARLIEST_MS = Date.UTC(2015, 0, 1);
const LATEST_AHEAD_MS = 24 * 60 * 60_000;
/** ISO 8601 with a zone: without one it would be a time of this machine's zone. */
const WITH_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** @returns UTC ISO 8601 with milliseconds; null if it is no time, or one that no monitor can have measured at */
export function readSampleTime(value: unknown, nowMs: number): string | null {
  const milliseconds = typeof value === 'string' && WITH_ZONE.test(value) ? Date.parse(value) : NaN;
  const isPossible = milliseconds >= EARLIEST_MS && milliseconds <= nowMs + LATEST_AHEAD_MS;
  return isPossible ? new Date(milliseconds).toISOString() : null;
}
