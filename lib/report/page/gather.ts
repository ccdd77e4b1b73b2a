/** Asks the database for what a page shows. */
import { DAY_MS, HOUR_MS } from '../moment';
import { daysOf, dailyEdges, type DayValues } from '../daily';
import { labelsOf } from '../labels';
import { markOf } from '../locations';
import { overviewOf, sourcesOf, type Overview } from '../overview';
import { derivedIn, type Quantity } from '../quantities';
import type { Request } from '../request';
import type { Trouble } from '../trouble-kinds';
import { sourceOfDevice } from '../../sources/all';
import type { Database } from '../../store/database';
import type { Reader } from '../../store/reader';
import { seriesOf, type DeviceSeries, type Series } from '../../store/series';
import { anomaliesIn, type Anomaly } from './anomalies';
import { rangesIn, type TimeRange } from './ranges';

export interface Gathered {
  /** the newest values, and those of the last 24 hours */
  overview: Overview;
  /** measured ones that have a line, then derived ones */
  quantities: Quantity[];
  /** in the order in which they are shown */
  lines: GatheredLine[];
  ranges: GatheredRange[];
  days: DaysOfLine[];
}

export interface GatheredLine {
  device_id: string;
  location: string;
  mark: string;
  isCurrent: boolean;
}

export interface GatheredRange extends TimeRange {
  trouble: readonly Trouble[];
  /** of each line; undefined if nothing was measured in this time */
  series: (DeviceSeries | undefined)[];
  anomalies: Anomaly[];
}

export interface DaysOfLine {
  line: GatheredLine;
  /** column of a quantity → its days */
  days: Map<string, DayValues[]>;
}

export interface GatherContext {
  request: Request;
  intervalMs: number;
  staleAfterMs: number;
  /** the problems of the time from here to the end of the request */
  troubleSince: (fromMs: number) => Promise<Trouble[]>;
}

/** How many days the table of days has: as many as one of the ranges, which usually has the same stretches. */
const DAYS_IN_TABLE = 30;

export async function gather(reader: Reader, context: GatherContext): Promise<Gathered> {
  const { request, intervalMs, staleAfterMs } = context;
  const { toMs } = request;
  const [database] = reader;
  const fromMs = await startOf(database, request);
  const sources = sourcesOf(request.quantities.filter(({ isDerived }) => !isDerived));
  const ask = (edges: number[], breakAfterMs?: number) =>
    seriesOf(reader, {
      edges,
      sources,
      staleAfterMs,
      breakAfterMs,
      devices: request.devices ?? undefined,
      locations: request.locations ?? undefined,
    });
  const overview = await overviewOf(
    reader,
    { ...request, fromMs: Math.max(fromMs, toMs - DAY_MS) },
    { stretches: 24, staleAfterMs },
  );

  const times = rangesIn(fromMs, toMs, intervalMs, await countLines(database));
  const found: { time: TimeRange; series: DeviceSeries[] }[] = [];
  for (const time of times) found.push({ time, series: await ask(time.edges, time.breakAfterMs) });
  const edgesOfDays = dailyEdges(Math.max(fromMs, toMs - DAYS_IN_TABLE * DAY_MS), toMs);
  const daily = found.find(({ time }) => time.edges.join() === edgesOfDays.join())?.series ?? (await ask(edgesOfDays));
  const lines = linesOf(found.at(-1)?.series ?? [], overview);
  const ranges: GatheredRange[] = [];
  for (const { time, series } of found) {
    const ofLines = lines.map((line) => series.find((each) => isOf(line, each)));
    for (const each of ofLines) if (each !== undefined) addDerived(each);
    ranges.push({
      ...time,
      trouble: await context.troubleSince(time.fromMs),
      series: ofLines,
      anomalies: await anomaliesIn(database, time, ofLines),
    });
  }
  for (const each of daily) addDerived(each);
  return {
    overview,
    lines,
    ranges,
    quantities: quantitiesWithLines(request, ranges),
    days: lines.flatMap((line) => {
      const own = daily.find((each) => isOf(line, each));
      if (own === undefined) return [];
      return [
        { line, days: new Map([...own.quantities].map(([name, series]) => [name, daysOf(series, edgesOfDays)])) },
      ];
    }),
  };
}

const isOf = (line: Pick<GatheredLine, 'device_id' | 'location'>, { device_id, location }: DeviceSeries): boolean =>
  line.device_id === device_id && line.location === location;

/** The page begins with the first cycle, because empty weeks before it would only make the charts smaller. */
async function startOf(database: Database, { fromMs, toMs }: Request): Promise<number> {
  const row = await database.get<{ first: string | null }>(
    'SELECT min(started_at) AS first FROM cycle WHERE started_at >= ?',
    fromMs === null ? '' : new Date(fromMs).toISOString(),
  );
  const firstMs = Date.parse(row?.first ?? '');
  if (Number.isNaN(firstMs) || firstMs >= toMs) return fromMs ?? toMs - DAY_MS;
  return Math.max(fromMs ?? 0, Math.min(firstMs, toMs - HOUR_MS));
}

async function countLines(database: Database): Promise<number> {
  const devices = await database.all<{ device_type: string }>('SELECT device_type FROM device');
  return devices.reduce((sum, { device_type }) => sum + (sourceOfDevice(device_type)?.quantities.length ?? 0), 1);
}

/** Those of today's locations first. */
function linesOf(series: readonly DeviceSeries[], { devices }: Overview): GatheredLine[] {
  const isCurrent = ({ device_id, location }: DeviceSeries) =>
    devices.some((device) => device.device_id === device_id && device.location === location);
  const labels = labelsOf(series);
  return series
    .map((each) => ({
      device_id: each.device_id,
      location: each.location,
      mark: markOf({ label: labels.get(each) ?? '', location: each.location }),
      isCurrent: isCurrent(each),
    }))
    .sort(
      (a, b) =>
        Number(b.isCurrent) - Number(a.isCurrent) ||
        a.location.localeCompare(b.location, 'en', { numeric: true }) ||
        (a.device_id < b.device_id ? -1 : 1),
    );
}

/** Worked out of the means of each stretch. */
function addDerived({ quantities }: DeviceSeries): void {
  for (const { column, needs, valueOf } of derivedIn('metric')) {
    const means = needs.map((name) => quantities.get(name)?.mean);
    if (means.includes(undefined)) continue;
    const mean = Float64Array.from(means[0] ?? [], (_, n) => {
      const reading = Object.fromEntries(needs.map((name, index) => [name, nullIfNaN(means[index]?.[n])]));
      return valueOf(reading as unknown as Parameters<typeof valueOf>[0]) ?? NaN;
    });
    const series: Series = { lowest: mean, mean, highest: mean };
    quantities.set(column, series);
  }
}

const nullIfNaN = (value = NaN): number | null => (Number.isNaN(value) ? null : value);

function quantitiesWithLines(
  { quantities, units, allQuantities }: Request,
  ranges: readonly GatheredRange[],
): Quantity[] {
  const hasLine = ({ column }: Quantity) =>
    ranges.some(({ series }) => series.some((each) => each?.quantities.has(column) === true));
  const wanted = allQuantities ? [...quantities, ...derivedIn(units)] : quantities;
  return wanted.filter(hasLine);
}
