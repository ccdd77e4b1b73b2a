/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). */

/** @returns milliseconds to wait, at least 0; null if the header is absent or says nothing. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number | null {
  const value = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /^[A-Za-z]/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
