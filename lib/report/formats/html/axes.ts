/** The positions of the grid lines of a chart, and their labels. */
import { clockOf, DAY_MS, HOUR_MS, nextMidnight } from '../../moment';

export interface Tick {
  /** 0 to 1 from the left, or from the bottom */
  at: number;
  label: string;
  /** left out on a narrow screen */
  isMinor: boolean;
}

export interface Scale {
  /** 0 to 1 from the bottom */
  place: (value: number) => number;
  ticks: Tick[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/**
 * From a round number below the lowest value to one above the highest; a constant value is in the middle.
 * @param ceiling the highest possible value, such as 100 %
 */
export function linearScale(lowest: number, highest: number, smallestStep: number, ceiling = Infinity): Scale {
  if (lowest === highest && lowest > 0) {
    return linearScale(lowest - smallestStep, Math.min(ceiling, highest + smallestStep), smallestStep, ceiling);
  }
  const span = Math.max(highest - lowest, smallestStep);
  const magnitude = 10 ** Math.floor(Math.log10(span / 4));
  // No steps of 2.5 for whole numbers.
  const steps = STEPS.map((step) => step * magnitude).filter((step) => Number.isInteger(step / smallestStep));
  const step = steps.find((each) => span / each <= 5) ?? Math.max(10 * magnitude, smallestStep);
  const bottom = Math.floor(lowest / step) * step;
  const count = Math.max(1, Math.ceil((highest - bottom) / step - 1e-9));
  const top = bottom + count * step;
  const decimals = [0, 1, 2, 3].find((digits) => Number.isInteger(Number((step * 10 ** digits).toFixed(6)))) ?? 3;
  return {
    place: (value) => (value - bottom) / (top - bottom),
    ticks: Array.from({ length: count + 1 }, (_, n) => ({
      at: n / count,
      label: (bottom + n * step).toFixed(decimals),
      isMinor: false,
    })),
  };
}

/** Powers of ten, with 0 at the bottom. */
export function logarithmicScale(highest: number): Scale {
  const decades = Math.max(1, Math.ceil(Math.log10(highest + 1)));
  const place = (value: number) => Math.log10(Math.max(0, value) + 1) / decades;
  const values = [0, ...Array.from({ length: decades }, (_, n) => 10 ** (n + 1))];
  return {
    place,
    ticks: values.map((value) => ({
      at: Math.min(1, place(value)),
      label: value >= 1000 ? `${value / 1000}k` : String(value),
      isMinor: false,
    })),
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const HOUR_STEPS = [1, 2, 3, 6, 12];
const DAY_STEPS = [1, 2, 4, 7, 14];
const MOST_TICKS = 9;

/** A label nearer to the right end would be outside the page: on a wide screen, on a phone. */
const LAST_PLACE = 0.985;
const LAST_PLACE_NARROW = 0.95;

/** Local hours, midnights or first days of months, the first of these that are few enough. */
export function timeTicks(fromMs: number, toMs: number): Tick[] {
  const moments = momentsBetween(fromMs, toMs);
  return moments
    .map(([ms, label], index) => {
      const at = (ms - fromMs) / (toMs - fromMs);
      return { at, label, isMinor: (moments.length > 5 && index % 2 === 1) || at > LAST_PLACE_NARROW };
    })
    .filter(({ at }) => at <= LAST_PLACE);
}

function momentsBetween(fromMs: number, toMs: number): [number, string][] {
  const hours = HOUR_STEPS.find((step) => (toMs - fromMs) / (step * HOUR_MS) <= MOST_TICKS);
  if (hours !== undefined) return hourMoments(fromMs, toMs, hours);
  const days = DAY_STEPS.find((step) => (toMs - fromMs) / (step * DAY_MS) <= MOST_TICKS);
  return days === undefined ? monthMoments(fromMs, toMs) : dayMoments(fromMs, toMs, days);
}

function hourMoments(fromMs: number, toMs: number, step: number): [number, string][] {
  const start = new Date(fromMs);
  const moments: [number, string][] = [];
  for (let n = 0; ; n++) {
    // By the calendar, so that hours stay round after a change to or from summer time.
    const ms = new Date(start.getFullYear(), start.getMonth(), start.getDate(), n * step).getTime();
    if (ms >= toMs) return moments;
    if (ms < fromMs || ms === moments.at(-1)?.[0]) continue;
    moments.push([ms, new Date(ms).getHours() === 0 ? dayLabel(ms) : clockOf(ms)]);
  }
}

function dayMoments(fromMs: number, toMs: number, step: number): [number, string][] {
  const moments: [number, string][] = [];
  let count = 0;
  for (let ms = nextMidnight(fromMs - 1); ms < toMs; ms = nextMidnight(ms)) {
    if (count++ % step === 0) moments.push([ms, dayLabel(ms)]);
  }
  return moments;
}

function monthMoments(fromMs: number, toMs: number): [number, string][] {
  const start = new Date(fromMs);
  const moments: [number, string][] = [];
  const step = Math.max(1, Math.ceil((toMs - fromMs) / (30.5 * DAY_MS) / 13));
  for (let n = 0; ; n += step) {
    const date = new Date(start.getFullYear(), start.getMonth() + n, 1);
    if (date.getTime() >= toMs) return moments;
    const year = date.getMonth() === 0 || moments.length === 0 ? ` ${date.getFullYear()}` : '';
    if (date.getTime() >= fromMs) moments.push([date.getTime(), `${MONTHS[date.getMonth()] ?? ''}${year}`]);
  }
}

function dayLabel(ms: number): string {
  const date = new Date(ms);
  return `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`;
}

/** From 22 to 6 o'clock local time, as shares of the width; none if the nights would be too narrow to see. */
export function nights(fromMs: number, toMs: number): [from: number, to: number][] {
  if (toMs - fromMs > 16 * DAY_MS) return [];
  const start = new Date(fromMs);
  const found: [number, number][] = [];
  const share = (ms: number) => Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));
  for (let day = -1; ; day++) {
    const at = (hour: number) => new Date(start.getFullYear(), start.getMonth(), start.getDate() + day, hour).getTime();
    if (at(22) >= toMs) return found;
    if (at(30) > fromMs) found.push([share(at(22)), share(at(30))]);
  }
}
