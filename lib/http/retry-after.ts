/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). */

/** No server makes us wait for longer than a day, whatever it writes. */
export const LONGEST_ASKED_MS = 24 * 60 * 60_000;

/** @returns milliseconds to wait, from 0 to a day; null if the header is absent or says nothing. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | null {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Math.min(LONGEST_ASKED_MS, Number(value) * 1000);
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? null : Math.min(LONGEST_ASKED_MS, Math.max(0, date - nowMs));
}
