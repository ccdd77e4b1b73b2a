/**
 * Which table of ours a row belongs to, by its shape. The pages themselves do not say it: only the pages above them do,
 * and these may be the damaged ones.
 */
import { SOURCES } from '../../sources/all';
import type { Database } from '../../store/database';
import type { Cell } from './cells';
import { WholeReal, type Value } from './record';

export interface TableShape {
  name: string;
  kind: Cell['kind'];
  /** the columns that a row holds, in its order */
  columns: readonly ColumnShape[];
}

interface ColumnShape {
  name: string;
  type: string;
  mayBeNull: boolean;
  /** SQLite keeps its value as the rowid, and NULL in the row */
  isRowid: boolean;
}

const OWN_TABLES = ['word', 'device', 'cycle', 'reading'] as const;

/** @param database one of ours, of this program's version: later versions only added columns at the end */
export async function shapesOf(database: Database): Promise<TableShape[]> {
  const shapes: TableShape[] = [];
  for (const name of OWN_TABLES) {
    const columns = await database.all<{ name: string; type: string; notnull: number; pk: number; hidden: number }>(
      'SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)',
      name,
    );
    const kind = columns.some(({ pk }) => pk > 1) ? 'index' : 'table';
    shapes.push({
      name,
      kind,
      columns: columns
        .filter(({ hidden }) => hidden === 0) // a computed column is kept nowhere
        .map(({ name, type, notnull, pk }) => ({
          name,
          type,
          mayBeNull: notnull === 0,
          isRowid: kind === 'table' && pk === 1,
        })),
    });
  }
  return shapes;
}

/** The table that such a row can be of, or undefined. */
export function tableOf(shapes: readonly TableShape[], { kind, values }: Cell): TableShape | undefined {
  return shapes.find((shape) => shape.kind === kind && fits(shape.columns, values));
}

/** Columns that were added to the table later are not in rows of before; all of them may be NULL. */
function fits(columns: readonly ColumnShape[], values: readonly Value[]): boolean {
  if (values.length > columns.length) return false;
  return columns.every((column, index) => {
    const value = values[index] ?? null;
    if (column.isRowid) return index < values.length && value === null;
    if (value === null) return column.mayBeNull;
    if (column.type === 'TEXT') return typeof value === 'string';
    if (column.type === 'INTEGER') return typeof value === 'number' && Number.isInteger(value);
    return typeof value === 'number' || value instanceof WholeReal;
  });
}

/** What a row of an index still says of a row whose own page is lost. */
export type Trace =
  | { table: 'cycle'; id: number; startedAt: string; collector: number }
  | { table: 'device'; id: number; deviceId: string; deviceType: string }
  | { table: 'word'; id: number; text: string };

export function traceOf({ kind, values }: Cell): Trace | null {
  if (kind !== 'index') return null;
  const [text, second, third] = values;
  if (typeof text !== 'string' || typeof second !== 'number') return null;
  if (values.length === 3 && typeof third === 'number') {
    const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
    return isTime ? { table: 'cycle', id: third, startedAt: text, collector: second } : null;
  }
  if (values.length !== 2) return null;
  const source = SOURCES.find(({ idPrefix }) => text.startsWith(`${idPrefix}:`));
  if (source === undefined) return { table: 'word', id: second, text };
  return { table: 'device', id: second, deviceId: text, deviceType: source.deviceType };
}
