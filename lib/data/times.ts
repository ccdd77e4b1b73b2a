/** Times that other programs wrote, as ours: UTC ISO 8601 with milliseconds and `Z`. */

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?$/;

/** @returns null if it is not a time; without a zone it is UTC, finer parts than milliseconds are cut off */
export function timeOf(text: string): string | null {
  const match = ISO.exec(text.trim());
  if (match === null) return null;
  const [, day = '', clock = '', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const seconds = clock.length === 5 ? `${clock}:00` : clock;
  const ms = Date.parse(`${day}T${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  // A year of four digits, as all times here; 2026-02-30 would be the second of March.
  if (Number.isNaN(ms) || ms < 0 || !isDayOfCalendar(day)) return null;
  return new Date(ms).toISOString();
}

function isDayOfCalendar(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
