/** The values of days, as rows. */
import type { Database } from '../store/database';
import type { Reader } from '../store/reader';
import { seriesOf } from '../store/series';
import { daysOf, dailyEdges } from './daily';
import type { Row } from './formats/lines';
import { dayOf } from './moment';
import { sourcesOf } from './overview';
import { quantitiesIn } from './quantities';
import type { Request } from './request';

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
