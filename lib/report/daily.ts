/** What a day came to: lowest, mean and highest value, mean by day and by night, heating degree days. */
import type { Series } from '../store/series';
import { dayOf, edgesOf } from './moment';

/** A day is worked out from stretches of two hours, so that hours with more cycles do not count for more. */
const STRETCH_MINUTES = 120;

export interface DayValues {
  /** `2026-11-24`, local */
  day: string;
  fromMs: number;
  lowest: number;
  mean: number;
  highest: number;
  /** from 6 to 22 o'clock; NaN if nothing was measured then */
  dayMean: number;
  /** of the night that ends on this day, from 22 to 6 o'clock */
  nightMean: number;
  /** in kelvin days, by Eurostat's definition; NaN if less than three quarters of the day were measured */
  heatingDegreeDays: number;
}

/** The edges of the stretches from which days are worked out. */
export const dailyEdges = (fromMs: number, toMs: number): number[] => edgesOf(fromMs, toMs, STRETCH_MINUTES);

/** @param edges made by `dailyEdges` @returns days with a value, the first one first */
export function daysOf({ lowest, mean, highest }: Series, edges: readonly number[]): DayValues[] {
  const days = new Map<string, { fromMs: number; all: number[]; day: number[] }>();
  const nights = new Map<string, number[]>();
  for (let n = 0; n < mean.length; n++) {
    if (Number.isNaN(mean[n])) continue;
    const fromMs = edges[n] ?? NaN;
    const date = new Date(fromMs);
    const hour = date.getHours();
    const day = dayOf(fromMs);
    const found = days.get(day) ?? { fromMs: startOfDay(date), all: [], day: [] };
    days.set(day, found);
    found.all.push(n);
    if (hour >= 6 && hour < 22) found.day.push(n);
    else {
      const night = hour < 6 ? day : dayOf(startOfDay(date, 1));
      nights.set(night, [...(nights.get(night) ?? []), n]);
    }
  }
  const meanOf = (stretches: readonly number[]) =>
    stretches.reduce((sum, n) => sum + (mean[n] ?? NaN), 0) / stretches.length;
  return [...days].map(([day, { fromMs, all, day: light }]) => ({
    day,
    fromMs,
    lowest: Math.min(...all.map((n) => lowest[n] ?? NaN)),
    mean: meanOf(all),
    highest: Math.max(...all.map((n) => highest[n] ?? NaN)),
    dayMean: meanOf(light),
    nightMean: meanOf(nights.get(day) ?? []),
    heatingDegreeDays: all.length >= 9 ? degreeDays(meanOf(all)) : NaN,
  }));
}

const startOfDay = (date: Date, later = 0): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate() + later).getTime();

/** A day of a mean of at most 15 °C counts the kelvins that are missing to 18 °C. */
function degreeDays(mean: number): number {
  return mean <= 15 ? 18 - mean : 0;
}
