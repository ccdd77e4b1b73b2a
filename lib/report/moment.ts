/** Times as people write and read them: local time, by the TZ of the process. */
import { MonitorError } from '../errors';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNITS: Record<string, number> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/**
 * @param text `90m`, `36h`, `7d`, `2w` ago; `2026-11-01`, `2026-11-01T06:30` local; or with an offset: `Z`, `+01:00`
 * @throws MonitorError `usage`
 */
export function parseMoment(flag: string, text: string, nowMs: number): number {
  const ago = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text);
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  // A date alone would be parsed as UTC; the user means local midnight.
  const parsed = ago
    ? nowMs - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? NaN)
    : date
      ? localMidnight(Number(date[1]), Number(date[2]), Number(date[3]))
      : parseTime(text);
  // No sensor measured before 1970, and a Date cannot hold every earlier year.
  if (!Number.isNaN(parsed)) return Math.max(0, parsed);
  throw new MonitorError(`--${flag} is ${JSON.stringify(text)}, which is not a time`, {
    type: 'usage',
    permanent: true,
    remediation: 'Write 90m, 36h, 7d or 2w ago, a date (2026-11-01) or a time (2026-11-01T06:30).',
  });
}

function parseTime(text: string): number {
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : NaN;
}

function localMidnight(year: number, month: number, day: number): number {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? date.getTime() : NaN;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-24`, local */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getFullYear())}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

/** `06:30`, local */
export function clockOf(ms: number): string {
  const date = new Date(ms);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** `2026-11-24 06:30`, local */
export function momentOf(ms: number): string {
  return `${dayOf(ms)} ${clockOf(ms)}`;
}

/** The first moment of the local day after the one `ms` lies in; days have 23 to 25 hours. */
export function nextMidnight(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** `12 s`, `3 min`, `5 h`, `2 d`: how old, or how long, in one rounded-down unit */
export function duration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} d`;
}

/** Both ends, and between them round local times: every `minutes` from a midnight on, by the calendar. */
export function edgesOf(fromMs: number, toMs: number, minutes: number): number[] {
  const start = new Date(fromMs);
  const edges = [fromMs];
  for (let n = 1; ; n++) {
    // By the calendar, so that days begin at midnight after a change to or from summer time.
    const ms = new Date(start.getFullYear(), start.getMonth(), start.getDate(), 0, n * minutes).getTime();
    if (ms >= toMs) return [...edges, toMs];
    if (ms > (edges.at(-1) ?? fromMs)) edges.push(ms);
  }
}
