/** The content of a report in one format, read from an open database and written in parts. */
import { newestBelieved } from '../clock';
import type { Config } from '../config/config';
import { readAlert } from '../alert/alert-file';
import { COLLECTORS, enabledSources, type CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import type { StoredReading } from '../store/queries';
import type { Reader } from '../store/reader';
import { CYCLE_COLUMNS, cyclesBetween, summarize, type CycleRow } from './cycles';
import type { Cursor, Range } from './cursor';
import { withKnownNames } from './filters';
import { dailyRows } from './daily-rows';
import { renderCycles } from './formats/cycles-table';
import { renderDailyRows } from './formats/daily-rows';
import { renderGaps, reasonsOf } from './formats/gaps-table';
import { columnsOf, csvLine, influxLine, jsonLine, rowOf, type Row } from './formats/lines';
import { renderPrometheus, type CollectorState } from './formats/prometheus';
import { renderTable } from './formats/table';
import { findGaps, type Gaps } from './gaps';
import { DAY_MS, MINUTE_MS, staleAfter } from './moment';
import { overviewOf, type Overview } from './overview';
import { exported } from './quantities';
import { renderPage } from './page/page';
import type { Request } from './request';
import { readingsBetween, readingsStoredAfter } from './rows';
import type { Style } from './text';
import { allTrouble, spooledCycles } from './trouble';

export interface ContentContext {
  config: Config;
  request: Request;
  style: Style;
  /** of the terminal; null if there is none */
  width: number | null;
  /** adds the fields that all JSON answers have in common */
  envelope: (content: object) => string;
  write: (text: string) => void;
  /** for --since-last: which cycles are new */
  range: ((database: Database) => Promise<Range>) | null;
}

/** How many points the terminal's sparkline may have: each spans enough time to include a cycle that is a little late. */
const SPARKLINES = [24, 12, 8, 6, 4, 2];

/** @returns the last cycle that was exported, for the cursor */
export async function writeContent(reader: Reader, given: ContentContext): Promise<Cursor | null> {
  const [database] = reader;
  const request = await withKnownNames(database, given.request);
  const context = { ...given, request };
  if (request.view === 'gaps') await writeGaps(database, context);
  else if (request.view === 'cycles') await writeCycles(database, context);
  else if (request.daily.length > 0) await writeDays(reader, context);
  else if (request.format === 'csv' || request.format === 'ndjson' || request.format === 'influx') {
    return await writeLines(database, context);
  } else await writeOverview(reader, context);
  return null;
}

/** One row for each day and device. */
async function writeDays(reader: Reader, { config, request, style, envelope, write }: ContentContext): Promise<void> {
  const rows = await dailyRows(reader, request, staleAfter(config.collection.interval_minutes));
  const labels = request.daily.map(({ label }) => label(request.units));
  if (request.format === 'json') write(envelope({ days: rows }));
  else if (request.format === 'table') write(renderDailyRows(rows, request, style));
  else write(rowsAs(request, ['timestamp', 'day', 'device_id', 'device_type', 'location', ...labels], rows));
}

async function writeLines(database: Database, { request, range, write }: ContentContext): Promise<Cursor | null> {
  const found = range === null ? null : await range(database);
  const pages =
    found === null
      ? readingsBetween(database, request)
      : readingsStoredAfter(database, request, found.afterId, found.last?.cycle ?? 0);
  if (request.format === 'csv') write(csvLine(columnsOf(request.quantities)));
  for await (const page of pages) write(page.map((reading) => lineOf(reading, request)).join(''));
  return found?.last ?? null;
}

function lineOf(reading: StoredReading, { format, quantities, forSpreadsheet }: Request): string {
  if (format === 'influx') return influxLine(reading, quantities);
  const row = rowOf(reading, quantities);
  return format === 'csv' ? csvLine(Object.values(row), forSpreadsheet) : jsonLine(row);
}

async function writeOverview(reader: Reader, context: ContentContext): Promise<void> {
  const { config, request, write, style, width } = context;
  const [database] = reader;
  const staleAfterMs = staleAfter(config.collection.interval_minutes);
  if (request.format === 'html') {
    const troubleSince = (fromMs: number) => allTrouble(database, config, request, fromMs);
    write(await renderPage(reader, { config, request, staleAfterMs, troubleSince }));
    return;
  }
  const fromMs = request.fromMs ?? request.toMs - DAY_MS;
  const shortestMs = 1.2 * config.collection.interval_minutes * MINUTE_MS;
  const stretches = SPARKLINES.find((points) => (request.toMs - fromMs) / points >= shortestMs) ?? 1;
  const overview = await overviewOf(reader, request, { stretches, staleAfterMs });
  if (request.format === 'prometheus') {
    write(
      renderPrometheus({
        nowMs: request.nowMs,
        devices: overview.devices,
        collectors: await collectorStates(database, request.nowMs),
        spooledCycles: spooledCycles(config.storage),
        alertActive: readAlert(config.storage.data_directory) !== null,
      }),
    );
    return;
  }
  const trouble = await allTrouble(database, config, request);
  if (request.format === 'json') {
    await writeJson(database, context, { trouble, latest: latestAsJson(overview) });
    return;
  }
  write(renderTable({ trouble, overview, fromMs, toMs: request.toMs, nowMs: request.nowMs }, style, width));
}

/** Page by page: a year of readings does not fit into one object. */
async function writeJson(
  database: Database,
  { request, write, envelope }: ContentContext,
  content: object,
): Promise<void> {
  const place = '"readings":[]';
  const [before = '', after = ''] = envelope({ ...content, readings: [] }).split(place);
  write(before + place.slice(0, -1));
  let separator = '';
  for await (const page of readingsBetween(database, request)) {
    write(separator + page.map((reading) => jsonLine(rowOf(reading, request.quantities)).trimEnd()).join(','));
    separator = ',';
  }
  write(`]${after}`);
}

function latestAsJson({ devices }: Overview): object[] {
  return devices.map(({ device_id, device_type, location, lastCycleMs, values }) => ({
    device_id,
    device_type,
    location,
    timestamp: new Date(lastCycleMs).toISOString(),
    values: Object.fromEntries(
      values.map(({ quantity, value, measuredMs, hasOwnTime, stale, isAnomalous, lowest, highest }) => [
        quantity.label,
        {
          value: exported(quantity, value),
          measured_at: new Date(measuredMs).toISOString(),
          time_of: hasOwnTime ? 'sensor' : 'cycle',
          stale,
          is_anomalous: isAnomalous,
          low: lowest === null ? null : exported(quantity, lowest),
          high: highest === null ? null : exported(quantity, highest),
        },
      ]),
    ),
  }));
}

async function collectorStates(database: Database, nowMs: number): Promise<CollectorState[]> {
  const states: CollectorState[] = [];
  for (const collector of COLLECTORS) states.push(await stateOf(database, collector, nowMs));
  return states;
}

async function stateOf(database: Database, collector: CollectorName, nowMs: number): Promise<CollectorState> {
  const newest = (condition: string) =>
    database.get<CycleRow>(
      `SELECT * FROM cycles WHERE collector = ? AND started_at <= ? ${condition} ORDER BY started_at DESC LIMIT 1`,
      collector,
      new Date(newestBelieved(nowMs)).toISOString(),
    );
  const last = await newest('');
  const success = await newest("AND outcome <> 'failed'");
  return {
    collector,
    lastCycleMs: last === undefined ? null : Date.parse(last.started_at),
    lastSuccessMs: success === undefined ? null : Date.parse(success.started_at),
    lastExitCode: last?.exit_code ?? null,
    lastDurationMs: last?.duration_ms ?? null,
  };
}

async function writeGaps(database: Database, { config, request, style, envelope, write }: ContentContext) {
  const found = await findGaps(database, {
    collectors: COLLECTORS,
    enabled: enabledSources(config).map(({ collector }) => collector),
    intervalMs: config.collection.interval_minutes * 60_000,
    fromMs: request.fromMs,
    toMs: request.toMs,
    perDevice: request.format === 'table' || request.format === 'json',
  });
  if (request.format === 'table') write(renderGaps(found, style));
  else if (request.format === 'json') write(envelope(gapsAsJson(found)));
  else {
    const rows = found.days.map(({ reasons, ...day }) => ({ ...day, reasons: reasonsOf(reasons) }));
    write(rowsAs(request, ['collector', 'day', 'expected', 'stored', 'missing', 'reasons'], rows));
  }
}

function gapsAsJson({ days, gaps, devices }: Gaps): object {
  const times = gaps.map(({ fromMs, toMs, ...gap }) => ({
    ...gap,
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
  }));
  return { days, gaps: times, devices };
}

async function writeCycles(database: Database, { request, style, width, envelope, write }: ContentContext) {
  const cycles = await cyclesBetween(database, request.fromMs, request.toMs);
  if (request.format === 'table') write(renderCycles(cycles, style, width));
  else if (request.format === 'json') {
    const whole = cycles.map((cycle) => ({
      ...cycle,
      devices_skipped: JSON.parse(String(cycle['devices_skipped'])) as object,
    }));
    write(envelope({ summary: summarize(cycles), cycles: whole }));
  } else write(rowsAs(request, CYCLE_COLUMNS, cycles));
}

/** Lines of CSV with their heading, or of JSON. */
export function rowsAs({ format, forSpreadsheet }: Request, columns: readonly string[], rows: readonly Row[]): string {
  if (format === 'ndjson') return rows.map(jsonLine).join('');
  const lines = rows.map((row) => columns.map((column) => row[column] ?? null));
  return [columns, ...lines].map((cells) => csvLine(cells, forSpreadsheet)).join('');
}
