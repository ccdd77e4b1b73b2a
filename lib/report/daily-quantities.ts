/** Quantities with one value a day, worked out of the temperatures of a device: `--quantity day_mean` and so on. */
import type { Database } from '../store/database';
import type { Reader } from '../store/reader';
import { seriesOf } from '../store/series';
import { daysOf, dailyEdges, type DayValues } from './daily';
import type { Row } from './formats/lines';
import { dayOf } from './moment';
import { sourcesOf } from './overview';
import { quantitiesIn, type Units } from './quantities';
import type { Request } from './request';

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

/** A row for each day and device, in the order of time; `timestamp` is the beginning of the local day. */
export async function dailyRows(reader: Reader, request: Request, staleAfterMs: number): Promise<Row[]> {
  const { toMs, units, daily, devices, locations } = request;
  const fromMs = Math.max(request.fromMs ?? 0, await firstCycle(reader[0]));
  if (fromMs >= toMs) return [];
  const edges = dailyEdges(fromMs, toMs);
  const temperature = quantitiesIn('metric').filter(({ column }) => column === 'temperature_celsius');
  const series = await seriesOf(reader, {
    ...{ edges, sources: sourcesOf(temperature), staleAfterMs },
    devices: devices ?? undefined,
    locations: locations ?? undefined,
  });
  const rows = series.flatMap(({ device_id, device_type, location, quantities }) => {
    const own = quantities.get('temperature_celsius');
    if (own === undefined) return [];
    return daysOf(own, edges).map((day): Row => ({
      ...{ timestamp: new Date(day.fromMs).toISOString(), day: dayOf(day.fromMs), device_id, device_type, location },
      ...Object.fromEntries(daily.map(({ label, valueOf }) => [label(units), rounded(valueOf(day, units))])),
    }));
  });
  return rows.sort((a, b) => (String(a['timestamp']) < String(b['timestamp']) ? -1 : 1));
}

const rounded = (value: number): number | null => (Number.isNaN(value) ? null : Number(value.toFixed(3)));

async function firstCycle(database: Database): Promise<number> {
  const row = await database.get<{ first: string | null }>('SELECT min(started_at) AS first FROM cycle');
  return row?.first == null ? Infinity : Date.parse(row.first);
}
