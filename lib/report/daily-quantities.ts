/** Quantities with one value a day, worked out of the temperatures of a device: `--quantity day_mean` and so on. */
import type { DayValues } from './daily';
import type { Units } from './quantities';

interface DailyQuantity {
  /** what is typed after `--quantity` */
  name: string;
  title: string;
  label: (units: Units) => string;
  valueOf: (day: DayValues, units: Units) => number;
}

const toUnit = (celsius: number, units: Units): number => (units === 'us' ? celsius * 1.8 + 32 : celsius);
const unitOf = (units: Units): string => (units === 'us' ? 'fahrenheit' : 'celsius');

export const DAILY: readonly DailyQuantity[] = [
  {
    ...{ name: 'day_mean', title: 'DAY' },
    label: (units) => `temperature_day_mean_${unitOf(units)}`,
    valueOf: ({ dayMean }, units) => toUnit(dayMean, units),
  },
  {
    ...{ name: 'night_mean', title: 'NIGHT' },
    label: (units) => `temperature_night_mean_${unitOf(units)}`,
    valueOf: ({ nightMean }, units) => toUnit(nightMean, units),
  },
  {
    ...{ name: 'heating_degree_days', title: 'DEGREE DAYS' },
    label: (units) => (units === 'us' ? 'heating_degree_days_fahrenheit' : 'heating_degree_days'),
    valueOf: ({ heatingDegreeDays }, units) => heatingDegreeDays * (units === 'us' ? 1.8 : 1),
  },
];
