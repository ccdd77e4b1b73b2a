/**
 * Makes few points of many readings: lowest, mean and highest value of each quantity in equal stretches of time. Asks
 * the tables, not the view: a year of 20 devices is two million rows.
 */
import type { Database, SqlValue } from './database';
import type { Reader } from './reader';

/** A value of a reading: its name, and the SQL expression of it from the table `reading` called `r`. */
export interface SeriesValue {
  name: string;
  sql: string;
}

interface SourceValues {
  collector: string;
  values: readonly SeriesValue[];
}

export interface SeriesQuery {
  /** where each stretch begins, in milliseconds since 1970; the last one ends before the last edge */
  edges: readonly number[];
  /** what each collector's devices may measure: other quantities are not read, which halves the time */
  sources: readonly SourceValues[];
  /** only readings with one of these names of the room */
  locations?: readonly string[] | undefined;
  /** only these devices */
  devices?: readonly string[] | undefined;
  /** if readings of a device lie further apart, the later stretch is `broken` off; absent: not checked */
  breakAfterMs?: number | undefined;
  /** a value is stale if the sensor's own time lies so far before the cycle's */
  staleAfterMs: number;
}

/** One quantity of one device; index = number of the stretch, NaN if there is no value. */
export interface Series {
  lowest: Float64Array;
  mean: Float64Array;
  highest: Float64Array;
}

/** What one device measured in one location. */
export interface DeviceSeries {
  device_id: string;
  device_type: string;
  location: string;
  quantities: Map<string, Series>;
  /** index = number of the stretch: whether one is anomalous, all are stale, a gap lies before */
  anomalous: Uint8Array;
  stale: Uint8Array;
  broken: Uint8Array;
  /** first and last reading of each stretch, in milliseconds since 1970, if `breakAfterMs` was asked for */
  edges: Map<number, readonly [firstMs: number, lastMs: number]>;
}

/** `count` equal stretches. */
export function equalEdges(fromMs: number, toMs: number, count: number): number[] {
  return Array.from({ length: count + 1 }, (_, n) => fromMs + ((toMs - fromMs) * n) / count);
}

export async function seriesOf([first, second]: Reader, query: SeriesQuery): Promise<DeviceSeries[]> {
  const found = new Map<string, DeviceSeries>();
  const devices = new Map((await first.all<Device>('SELECT * FROM device')).map((device) => [device.id, device]));
  const words = await first.all<{ id: number; text: string }>('SELECT id, text FROM word');
  const locations = new Map(words.map(({ id, text }) => [id, text]));
  const stretches = query.edges.length - 1;
  const work = query.sources
    .filter(({ values }) => values.length > 0)
    .flatMap((source) => Array.from({ length: stretches }, (_, stretch) => ({ source, stretch })));
  const next = async (database: Database): Promise<void> => {
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      const { source, stretch } = part;
      for (const row of await aggregate(database, query, source, stretch)) {
        const device = devices.get(row.device);
        if (device === undefined) continue;
        const key = `${row.device} ${row.location}`;
        let series = found.get(key);
        if (series === undefined) {
          found.set(key, (series = emptySeries(device, locations.get(row.location) ?? '', stretches)));
        }
        keep(series, row, stretch, query, source.values);
      }
    }
  };
  await Promise.all([next(first), next(second)]);
  if (query.breakAfterMs !== undefined) for (const series of found.values()) findBreaks(series, query.breakAfterMs);
  return [...found.values()].sort((a, b) => (a.device_id < b.device_id ? -1 : 1));
}

interface Device {
  id: number;
  device_id: string;
  device_type: string;
}

type Aggregate = Record<string, number | string | null> & {
  device: number;
  location: number;
  anomalous: number;
  age: number;
} & {
  first?: string;
  last?: string;
};

function aggregate(
  database: Database,
  query: SeriesQuery,
  { collector, values }: SourceValues,
  stretch: number,
): Promise<Aggregate[]> {
  const { edges, locations, devices } = query;
  const at = (n: number) => new Date(edges[n] ?? NaN).toISOString();
  const named = values.map(({ name, sql }) => `${sql} AS ${name}`);
  const aggregates = values.map(
    ({ name }) => `min(${name}) AS ${name}_lowest, avg(${name}) AS ${name}_mean, max(${name}) AS ${name}_highest`,
  );
  const times = query.breakAfterMs === undefined ? '' : ', c.started_at';
  const conditions: string[] = [];
  const parameters: SqlValue[] = [at(stretch), at(stretch + 1), collector];
  if (locations !== undefined) {
    conditions.push('AND r.location IN (SELECT id FROM word WHERE text IN (SELECT value FROM json_each(?)))');
    parameters.push(JSON.stringify(locations));
  }
  if (devices !== undefined) {
    conditions.push('AND r.device IN (SELECT id FROM device WHERE device_id IN (SELECT value FROM json_each(?)))');
    parameters.push(JSON.stringify(devices));
  }
  // LIMIT keeps the inner query apart: merged, each value would be worked out three times. Do not make the sorting
  // stay in memory (temp_store): it would allocate row by row, and the two connections would wait for each other.
  return database.all<Aggregate>(
    `SELECT device, location, max(is_anomalous) AS anomalous, min(age) AS age, ${aggregates.join(', ')}
       ${times === '' ? '' : ', min(started_at) AS first, max(started_at) AS last'}
     FROM (SELECT r.device, r.location, r.is_anomalous ${times}, ifnull(r.age_ms, 0) AS age, ${named.join(', ')}
       FROM cycle c CROSS JOIN reading r ON r.cycle = c.id
       WHERE c.started_at >= ? AND c.started_at < ? AND c.collector = (SELECT id FROM word WHERE text = ?)
       ${conditions.join(' ')} LIMIT -1)
     GROUP BY device, location`,
    ...parameters,
  );
}

function emptySeries({ device_id, device_type }: Device, location: string, stretches: number): DeviceSeries {
  return {
    device_id,
    device_type,
    location,
    quantities: new Map(),
    anomalous: new Uint8Array(stretches),
    stale: new Uint8Array(stretches),
    broken: new Uint8Array(stretches),
    edges: new Map(),
  };
}

function keep(
  device: DeviceSeries,
  row: Aggregate,
  stretch: number,
  query: SeriesQuery,
  values: readonly SeriesValue[],
) {
  if (row.first !== undefined && row.last !== undefined) {
    device.edges.set(stretch, [Date.parse(row.first), Date.parse(row.last)]);
  }
  device.anomalous[stretch] = row.anomalous;
  device.stale[stretch] = row.age > query.staleAfterMs ? 1 : 0;
  for (const { name } of values) {
    const [lowest, mean, highest] = ['lowest', 'mean', 'highest'].map((part) => row[`${name}_${part}`]);
    if (typeof lowest !== 'number' || typeof mean !== 'number' || typeof highest !== 'number') continue;
    let series = device.quantities.get(name);
    if (series === undefined) device.quantities.set(name, (series = noValues(query.edges.length - 1)));
    series.mean[stretch] = mean;
    series.lowest[stretch] = lowest;
    series.highest[stretch] = highest;
  }
}

function findBreaks(device: DeviceSeries, breakAfterMs: number): void {
  let before = -Infinity;
  for (const [stretch, [firstMs, lastMs]] of [...device.edges].sort(([a], [b]) => a - b)) {
    device.broken[stretch] = firstMs - before > breakAfterMs ? 1 : 0;
    before = lastMs;
  }
}

function noValues(stretches: number): Series {
  const empty = () => new Float64Array(stretches).fill(NaN);
  return { lowest: empty(), mean: empty(), highest: empty() };
}
