/** The content of a report in one format, read from an open database and written in parts. */
import { staleAfter } from '../clock';
import { COLLECTORS, enabledSources } from '../sources/all';
import type { Database } from '../store/database';
import type { StoredReading } from '../store/queries';
import type { Reader } from '../store/reader';
import type { ContentContext } from './content-context';
import type { Cursor } from './cursor';
import { CYCLE_COLUMNS, cyclesBetween, summarize } from './cycles';
import { dailyRows } from './daily-rows';
import { withKnownNames } from './filters';
import { renderCycles } from './formats/cycles-table';
import { renderDailyRows } from './formats/daily-rows';
import { renderGaps, reasonsOf } from './formats/gaps-table';
import { columnsOf, csvLine, influxLine, jsonLine, rowOf, type Row } from './formats/lines';
import { findGaps, type Gaps } from './gaps';
import type { Request } from './request';
import { readingsBetween, readingsStoredAfter } from './rows';
import { writeOverview } from './write-overview';

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

async function writeGaps(database: Database, { config, request, style, width, envelope, write }: ContentContext) {
  const found = await findGaps(database, {
    collectors: COLLECTORS,
    enabled: enabledSources(config).map(({ collector }) => collector),
    intervalMs: config.collection.interval_minutes * 60_000,
    fromMs: request.fromMs,
    toMs: request.toMs,
    perDevice: request.format === 'table' || request.format === 'json',
  });
  if (request.format === 'table') write(renderGaps(found, style, width));
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
