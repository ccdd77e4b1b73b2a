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

/** So many stretches are one statement: to prepare one for each takes as long as to answer it for a day. */
const STRETCHES_AT_ONCE = 16;

export async function seriesOf([first, second]: Reader, query: SeriesQuery): Promise<DeviceSeries[]> {
  const found = new Map<string, DeviceSeries>();
  const devices = new Map((await first.all<Device>('SELECT * FROM device')).map((device) => [device.id, device]));
  const words = await first.all<{ id: number; text: string }>('SELECT id, text FROM word');
  const locations = new Map(words.map(({ id, text }) => [id, text]));
  const stretches = query.edges.length - 1;
  const work = query.sources
    .filter(({ values }) => values.length > 0)
    .flatMap((source) => partsOf(stretches).map((from) => ({ source, from })));
  const next = async (database: Database): Promise<void> => {
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      const { source, from } = part;
      for (const { stretch, rows } of await aggregate(database, query, source, from)) {
        for (const row of JSON.parse(rows) as Aggregate[]) {
          const device = devices.get(row[0]);
          if (device === undefined) continue;
          const key = `${row[0]} ${row[1]}`;
          let series = found.get(key);
          if (series === undefined) {
            found.set(key, (series = emptySeries(device, locations.get(row[1]) ?? '', stretches)));
          }
          keep(series, row, stretch, query, source.values);
        }
      }
    }
  };
  await Promise.all([next(first), next(second)]);
  if (query.breakAfterMs !== undefined) for (const series of found.values()) findBreaks(series, query.breakAfterMs);
  const keyOf = ({ device_id, location }: DeviceSeries) => `${device_id}\n${location}`;
  return [...found.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const partsOf = (stretches: number): number[] =>
  Array.from({ length: Math.ceil(stretches / STRETCHES_AT_ONCE) }, (_, part) => part * STRETCHES_AT_ONCE);

interface Device {
  id: number;
  device_id: string;
  device_type: string;
}

/** Of a device in a location; then lowest, mean and highest of each value. */
type Aggregate = [
  ...[device: number, location: number, anomalous: number, age: number, first: string | null, last: string | null],
  ...(number | null)[],
];

/** The values of an `Aggregate` begin here. */
const FIRST_VALUE = 6;

/** @param from the first of the stretches @returns of each stretch a list of `Aggregate`, as JSON */
function aggregate(
  database: Database,
  query: SeriesQuery,
  { collector, values }: SourceValues,
  from: number,
): Promise<{ stretch: number; rows: string }[]> {
  const { edges, locations, devices } = query;
  const times = edges.slice(from, from + STRETCHES_AT_ONCE + 1).map((edge) => new Date(edge).toISOString());
  const named = values.map(({ name, sql }) => `, ${sql} AS ${name}`).join('');
  const aggregates = values.map(({ name }) => `, min(${name}), avg(${name}), max(${name})`).join('');
  const [first, last] = query.breakAfterMs === undefined ? ['NULL', 'NULL'] : ['min(started_at)', 'max(started_at)'];
  const conditions: string[] = [];
  const parameters: SqlValue[] = [collector];
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
  return database.all<{ stretch: number; rows: string }>(
    `SELECT edge.key + ${from} AS stretch, (SELECT json_group_array(json(aggregates)) FROM (
       SELECT json_array(device, location, max(is_anomalous), min(age), ${first}, ${last} ${aggregates}) AS aggregates
       FROM (SELECT r.device, r.location, r.is_anomalous, c.started_at, ifnull(r.age_ms, 0) AS age ${named}
         FROM cycle c CROSS JOIN reading r ON r.cycle = c.id
         WHERE c.started_at >= edge.value ->> 0 AND c.started_at < edge.value ->> 1
           AND c.collector = (SELECT id FROM word WHERE text = ?) ${conditions.join(' ')} LIMIT -1)
       GROUP BY device, location)) AS rows
     FROM json_each(?) edge`,
    ...parameters,
    JSON.stringify(times.slice(1).map((to, n) => [times[n], to])),
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
  const [, , anomalous, age, first, last] = row;
  if (first !== null && last !== null) device.edges.set(stretch, [Date.parse(first), Date.parse(last)]);
  device.anomalous[stretch] = anomalous;
  device.stale[stretch] = age > query.staleAfterMs ? 1 : 0;
  for (const [n, { name }] of values.entries()) {
    const [lowest, mean, highest] = row.slice(FIRST_VALUE + 3 * n, FIRST_VALUE + 3 * n + 3);
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
