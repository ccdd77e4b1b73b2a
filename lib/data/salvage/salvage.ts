/**
 * Reads what can be read of a damaged readings.db into a sound one: page by page, so that a page that is lost takes
 * nothing with it but its own rows, also if it is the first of the file or one that leads to others.
 */
import { asMonitorError } from '../../errors';
import { Database } from '../../store/database';
import { migrate } from '../../store/migrations';
import { IMPORTED } from '../../store/schema';
import type { DataContext } from '../operation';
import { cellsOf, type Cell } from './cells';
import { freePages } from './free-pages';
import { openPages, type Pages } from './pages';
import { WholeReal } from './record';
import { shapesOf, tableOf, traceOf, type TableShape, type Trace } from './tables';

export interface Salvaged {
  pages: number;
  damagedPages: number;
}

/** SQLite takes 32,766 parameters in one statement. */
const PARAMETERS = 30_000;

/**
 * @param walPath its write-ahead log; null if there is none
 * @param target is made, and is then a database of this program's version
 */
export async function salvage(
  path: string,
  walPath: string | null,
  target: string,
  { signal, progress }: Pick<DataContext, 'signal' | 'progress'>,
): Promise<Salvaged> {
  const pages = openPages(path, walPath);
  const database = await Database.open(target, 'create');
  try {
    // Nobody needs it after a power cut.
    await database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    await migrate(database, 0o600);
    await database.exec('BEGIN');
    const writer = new Writer(database, await shapesOf(database));
    const free = freePages(pages);
    const result = await readRows(pages, free, writer, (done) => {
      signal.throwIfAborted();
      progress(`reading a damaged database: ${String(done)} of ${String(pages.count)} pages`);
    });
    await addTraces(pages, free, database, signal);
    await database.exec('COMMIT');
    return result;
  } catch (thrown) {
    throw asMonitorError(thrown);
  } finally {
    pages.close();
    await database.close();
  }
}

const PAGES_A_STEP = 500;

async function readRows(
  pages: Pages,
  free: ReadonlySet<number>,
  writer: Writer,
  step: (done: number) => void,
): Promise<Salvaged> {
  /** pages that are none of a b-tree: right if a long row goes on there */
  const unknown = new Set<number>();
  const overflow = new Set<number>();
  let damagedPages = 0;
  for (let number = 1; number <= pages.count; number++) {
    if (number % PAGES_A_STEP === 0) {
      step(number);
      await writer.flush();
    }
    if (free.has(number)) continue;
    const page = pages.page(number);
    const found = page === null ? null : cellsOf(pages, number, page);
    if (found === null || found.kind === null) unknown.add(number);
    else if (found.isDamaged) damagedPages++;
    for (const next of found?.overflow ?? []) overflow.add(next);
    for (const cell of found?.cells ?? []) await writer.add(cell);
    // A page that the log replaces has nothing new, unless the log is of another database.
    const older = pages.olderPage(number);
    if (older !== null) for (const cell of cellsOf(pages, number, older).cells) await writer.add(cell);
  }
  await writer.flush();
  for (const number of unknown) if (!overflow.has(number)) damagedPages++;
  return { pages: pages.count, damagedPages };
}

/** Collects rows of each table, and writes them in large pieces; the first of two with one key stays. */
class Writer {
  private readonly waiting = new Map<TableShape, Cell[]>();

  constructor(
    private readonly database: Database,
    private readonly shapes: readonly TableShape[],
  ) {}

  async add(cell: Cell): Promise<void> {
    const shape = tableOf(this.shapes, cell);
    if (shape === undefined) return;
    const rows = this.waiting.get(shape) ?? [];
    this.waiting.set(shape, rows);
    rows.push(cell);
    if (rows.length * shape.columns.length > PARAMETERS) await this.write(shape);
  }

  async flush(): Promise<void> {
    for (const shape of this.waiting.keys()) await this.write(shape);
  }

  private async write(shape: TableShape): Promise<void> {
    const rows = this.waiting.get(shape) ?? [];
    this.waiting.delete(shape);
    const names = shape.columns.map(({ name }) => name);
    const perStatement = Math.floor(PARAMETERS / names.length);
    for (let first = 0; first < rows.length; first += perStatement) {
      const given = rows
        .slice(first, first + perStatement)
        .map(({ rowid, values }) =>
          shape.columns.map(({ isRowid }, index) => (isRowid ? rowid : (values[index] ?? null))),
        );
      const places = given.map(
        (row) => `(${row.map((value) => (value instanceof WholeReal ? 'CAST(? AS REAL)' : '?')).join(',')})`,
      );
      await this.database.run(
        `INSERT OR IGNORE INTO ${shape.name} (${names.join(', ')}) VALUES ${places.join(',')}`,
        ...given.flat().map((value) => (value instanceof WholeReal ? value.value : value)),
      );
    }
  }
}

/** A cycle whose own row is lost keeps its readings: its start is in an index, on another page. */
async function addTraces(
  pages: Pages,
  free: ReadonlySet<number>,
  database: Database,
  signal: AbortSignal,
): Promise<void> {
  let traces: Trace[] = [];
  // Far above every number of the damaged file, so that none of its words is kept out.
  await database.run(`INSERT OR IGNORE INTO word (id, text) VALUES (1 << 40, '${IMPORTED}')`);
  const write = async () => {
    await writeTraces(database, traces);
    traces = [];
  };
  for (let number = 1; number <= pages.count; number++) {
    if (number % PAGES_A_STEP === 0) signal.throwIfAborted();
    const page = free.has(number) ? null : pages.page(number);
    if (page === null) continue;
    for (const cell of cellsOf(pages, number, page).cells) {
      const trace = traceOf(cell);
      if (trace !== null) traces.push(trace);
    }
    if (traces.length > 5000) await write();
  }
  await write();
}

async function writeTraces(database: Database, traces: readonly Trace[]): Promise<void> {
  const of = (table: Trace['table']) => JSON.stringify(traces.filter((trace) => trace.table === table));
  await database.run(
    `INSERT OR IGNORE INTO word (id, text) SELECT value ->> 'id', value ->> 'text' FROM json_each(?)`,
    of('word'),
  );
  await database.run(
    `INSERT OR IGNORE INTO device (id, device_id, device_type, last_cycle)
     SELECT value ->> 'id', value ->> 'deviceId', value ->> 'deviceType', 0 FROM json_each(?)`,
    of('device'),
  );
  await database.run(
    `INSERT OR IGNORE INTO cycle (id, started_ms, collector, outcome, exit_code, duration_ms, readings_stored,
       readings_spooled, devices_seen, requests, payload_bytes, retries, lock_wait_ms)
     SELECT value ->> 'id', CAST(round((julianday(value ->> 'startedAt') - 2440587.5) * 86400000) AS INTEGER),
       value ->> 'collector', (SELECT id FROM word WHERE text = '${IMPORTED}'), 0, 0, 0, 0, 0, 0, 0, 0, 0
     FROM json_each(?)`,
    of('cycle'),
  );
}
