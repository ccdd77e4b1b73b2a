/** The rows of a table in the order of their numbers, around pages that are damaged. */
import { asMonitorError } from '../errors';
import type { Database, Row } from '../store/database';

const ROWS_A_PAGE = 1000;
/** Further behind a damaged page, no row is searched for. */
const FARTHEST = 2 ** 40;

export type NumberedRow = Row & { row: number };
type RowsAfter = (number: number, limit: number) => Promise<NumberedRow[] | null>;

/**
 * @param sql with two parameters: the number from which on rows are wanted (not after which: the row before it may be on a
 * damaged page), and how many; it answers `row`, their number
 * @param lost is told how many rows may be missing
 */
export async function* rowsByNumber(
  database: Database,
  sql: string,
  lost: (rows: number) => void,
): AsyncGenerator<NumberedRow[]> {
  const rowsAfter: RowsAfter = (number, limit) => readable(database.all<NumberedRow>(sql, number + 1, limit));
  let last = 0;
  for (;;) {
    // Row by row up to a damaged page, then on behind it.
    const before = (await rowsAfter(last, ROWS_A_PAGE)) ?? (await rowsAfter(last, 1));
    const rows = before ?? (await rowsBehind(last, rowsAfter));
    const [first] = rows;
    if (before === null) lost(first === undefined ? 1 : first.row - last - 1);
    if (first === undefined) return;
    yield rows;
    last = rows.at(-1)?.row ?? last;
  }
}

async function readable<T>(rows: Promise<T>): Promise<T | null> {
  try {
    return await rows;
  } catch (thrown) {
    if (asMonitorError(thrown).type === 'database_corrupt') return null;
    throw thrown;
  }
}

/** The first row that can be read again: searched for further and further away, and then back. */
async function rowsBehind(last: number, rowsAfter: RowsAfter): Promise<NumberedRow[]> {
  let damaged = last;
  let found: NumberedRow[] | null = null;
  let good = last;
  for (let step = 1; step < FARTHEST && found === null; step *= 2) {
    good = last + step;
    found = await rowsAfter(good, 1);
    if (found === null) damaged = good;
  }
  if (found === null) return [];
  while (good - damaged > 1) {
    const middle = Math.floor((damaged + good) / 2);
    const rows = await rowsAfter(middle, 1);
    if (rows === null) damaged = middle;
    else [good, found] = [middle, rows];
  }
  return found;
}
