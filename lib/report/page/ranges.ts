/** The times that a page can show, and into which stretches each is divided. */
import { DAY_MS, duration, edgesOf, HOUR_MS, MINUTE_MS } from '../moment';

export interface TimeRange {
  label: string;
  fromMs: number;
  toMs: number;
  /** see SeriesQuery */
  edges: number[];
  breakAfterMs: number | undefined;
}

const STANDARD: readonly (readonly [label: string, ms: number])[] = [
  ['24 h', DAY_MS],
  ['7 d', 7 * DAY_MS],
  ['30 d', 30 * DAY_MS],
  ['1 y', 365 * DAY_MS],
];

/** Lengths of a stretch, in minutes: parts of a day, then days. */
const STEPS = [10, 15, 20, 30, 60, 120, 240, 360, 720, 1440, 7 * 1440, 28 * 1440];
const MOST_STRETCHES = 510;

/**
 * About how many points all lines of one range may have together: with four ranges, a page of 20 devices stays below a
 * megabyte.
 */
const POINTS = 48_000;
const FEWEST_STRETCHES = 96;

/** @param lines how many lines share a chart's points @returns the shortest first; the last one is the whole time */
export function rangesIn(fromMs: number, toMs: number, intervalMs: number, lines: number): TimeRange[] {
  const shorter = STANDARD.filter(([, ms]) => ms < 0.98 * (toMs - fromMs));
  const same = STANDARD.find(([, ms]) => Math.abs(ms / (toMs - fromMs) - 1) <= 0.02);
  const most = Math.max(FEWEST_STRETCHES, Math.min(MOST_STRETCHES, Math.floor(POINTS / Math.max(1, lines))));
  const range = (label: string, startMs: number): TimeRange => {
    const stepMs = stepFor(toMs - startMs, intervalMs, most);
    return {
      label,
      fromMs: startMs,
      toMs,
      edges: edgesOf(startMs, toMs, stepMs / MINUTE_MS),
      // With long stretches a gap is an empty one; with short ones it may be between two that are not empty.
      breakAfterMs: stepMs < 6 * intervalMs ? 2.2 * intervalMs : undefined,
    };
  };
  return [
    ...shorter.map(([label, ms]) => range(label, toMs - ms)),
    range(same?.[0] ?? duration(toMs - fromMs), fromMs),
  ];
}

/** Few enough, and each long enough to include a cycle that is a little late. */
function stepFor(spanMs: number, intervalMs: number, most: number): number {
  const fits = STEPS.find((minutes) => minutes * MINUTE_MS >= 2 * intervalMs && spanMs / (minutes * MINUTE_MS) <= most);
  return fits === undefined ? Math.ceil(spanMs / most / DAY_MS) * DAY_MS : fits * MINUTE_MS;
}

/** From 22 to 6 o'clock local time, in the last days before `toMs`; longer ago they would be too narrow to see. */
export function nightsBefore(toMs: number, days = 32): (readonly [fromMs: number, toMs: number])[] {
  const end = new Date(toMs);
  return Array.from({ length: days + 1 }, (_, n) => {
    const at = (hour: number) => new Date(end.getFullYear(), end.getMonth(), end.getDate() - days + n, hour).getTime();
    return [at(22), Math.min(at(30), toMs)] as const;
  }).filter(([fromMs]) => fromMs < toMs - HOUR_MS / 60);
}
