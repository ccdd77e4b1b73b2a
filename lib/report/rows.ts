/** Reads the stored readings as rows, page by page, so that a year of them is never in memory. */
import type { Database, SqlValue } from '../store/database';
import type { StoredReading } from '../store/queries';
import { READINGS, storedValue } from '../store/schema';
import { namesOf, readRows } from '../store/stored-rows';
import type { QuantityName } from '../quantities';
import { DAY_MS } from './moment';
import type { Quantity } from './quantities';
import type { Request } from './request';

const CYCLES_A_PAGE = 500;
/** Of a home of 20 devices 720 readings; two pages are in memory at once. */
const PAGE_MS = DAY_MS / 8;

/** In the order of time. */
export async function* readingsBetween(database: Database, request: Request): AsyncGenerator<StoredReading[]> {
  const sql = 'SELECT min(started_at) AS first, max(started_at) AS last FROM cycle';
  const { first, last } = (await database.get<{ first: string | null; last: string | null }>(sql)) ?? {};
  if (typeof first !== 'string' || typeof last !== 'string') return;
  const fromMs = Math.max(request.fromMs ?? 0, Date.parse(first));
  const toMs = Math.min(request.toMs, Date.parse(last) + 1);
  const names = await namesOf(database);
  const { conditions, parameters } = filtersOf(request, IN_TABLES);
  const pageFrom = (start: number) => {
    const end = Math.min(start + PAGE_MS, toMs);
    const rows = start < toMs ? readRows(database, { fromMs: start, toMs: end, conditions, parameters }, names) : null;
    rows?.catch(() => undefined); // it is thrown where it is awaited
    return { end, rows };
  };
  for (let page = pageFrom(fromMs); page.rows !== null;) {
    const rows = await page.rows;
    if (rows.length === 0) page = pageFrom(await nextCycle(database, page.end, toMs));
    else {
      page = pageFrom(page.end); // SQLite reads it, on another core, while the one before is written
      yield rows;
    }
  }
}

/** The start of the next page that is not empty: a gap of years is one step. */
async function nextCycle(database: Database, fromMs: number, toMs: number): Promise<number> {
  const sql = 'SELECT min(started_at) AS next FROM cycle WHERE started_at >= ?';
  const { next } = (await database.get<{ next: string | null }>(sql, new Date(fromMs).toISOString())) ?? {};
  return typeof next === 'string' ? Date.parse(next) : toMs;
}

/** Of the cycles with a higher id than `afterId`, up to `lastId`: in the order in which they were stored. */
export async function* readingsStoredAfter(
  database: Database,
  request: Request,
  afterId: number,
  lastId: number,
): AsyncGenerator<StoredReading[]> {
  const { conditions, parameters } = filtersOf(request, IN_VIEW);
  for (let id = afterId; id < lastId; id += CYCLES_A_PAGE) {
    yield await database.all<StoredReading>(
      `SELECT * FROM (${READINGS} WHERE c.id > ? AND c.id <= ?) WHERE timestamp >= ? ${conditions}
       ORDER BY timestamp, device_id`,
      id,
      Math.min(id + CYCLES_A_PAGE, lastId),
      request.fromMs === null ? '' : new Date(request.fromMs).toISOString(),
      ...parameters,
    );
  }
}

/** How a filter says which column it means. */
interface Columns {
  device_id: string;
  location: string;
  quantity: (name: QuantityName) => string;
}

const IN_VIEW: Columns = { device_id: 'device_id', location: 'location', quantity: (name) => name };
const IN_TABLES: Columns = {
  device_id: '(SELECT device_id FROM device WHERE id = r.device)',
  location: '(SELECT text FROM word WHERE id = r.location)',
  quantity: storedValue,
};

function filtersOf(request: Request, columns: Columns): { conditions: string; parameters: SqlValue[] } {
  const conditions: string[] = [];
  const parameters: SqlValue[] = [];
  const chosen = [
    [columns.device_id, request.devices],
    [columns.location, request.locations],
  ] as const;
  for (const [column, values] of chosen) {
    if (values === null) continue;
    conditions.push(`AND ${column} IN (SELECT value FROM json_each(?))`);
    parameters.push(JSON.stringify(values));
  }
  if (!request.allQuantities) {
    const isKnown = ({ needs }: Quantity) =>
      `(${needs.map((name) => `${columns.quantity(name)} IS NOT NULL`).join(' AND ')})`;
    conditions.push(`AND (${request.quantities.map(isKnown).join(' OR ')})`);
  }
  return { conditions: conditions.join(' '), parameters };
}
