/** The overview of the rooms: as a table, a page, an answer in JSON, or metrics. */
import { readAlert } from '../alert/alert-file';
import { newestBelieved, staleAfter } from '../clock';
import { COLLECTORS, type CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import type { Reader } from '../store/reader';
import type { ContentContext } from './content-context';
import type { CycleRow } from './cycles';
import { jsonLine, rowOf } from './formats/lines';
import { renderPrometheus, type CollectorState } from './formats/prometheus';
import { renderTable } from './formats/table';
import { DAY_MS, MINUTE_MS } from './moment';
import { overviewOf, type Overview } from './overview';
import { renderPage } from './page/page';
import { exported } from './quantities';
import { readingsBetween } from './rows';
import { allTrouble } from './trouble';
import { spooledCycles } from './trouble-on-disk';

/** How many points the terminal's sparkline may have: each spans enough time to include a cycle that is a little late. */
const SPARKLINES = [24, 12, 8, 6, 4, 2];

export async function writeOverview(reader: Reader, context: ContentContext): Promise<void> {
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
