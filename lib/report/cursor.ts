/**
 * `--since-last`: the last cycle of each export. It follows the order in which cycles were stored, not their times:
 * readings from the spool are stored late, with the time at which they were read.
 */
import { join } from 'node:path';
import { errorCode } from '../files/file-error';
import { canBeReplaced, readOwnFile } from '../files/own-file';
import { writeWhole } from '../files/write-whole';
import { isInFuture } from '../clock';
import type { Database } from '../store/database';
import type { Request } from './request';

/** The last cycle that was exported. */
export interface Cursor {
  cycle: number;
  started_at: string;
}

interface CursorFile {
  schema_version: 1;
  /** what was exported (`influx --device hue:1`) → the last cycle */
  exports: Record<string, Cursor>;
}

export const CURSOR_FILE = 'export-cursor.json';
const fileIn = (dataDirectory: string): string => join(dataDirectory, CURSOR_FILE);

/** Each combination of a format and a choice of readings has its own cursor. */
export function nameOfExport({ format, devices, locations, quantities, allQuantities, units }: Request): string {
  return [
    format,
    ...(devices === null ? [] : [`--device ${devices.join(',')}`]),
    ...(locations === null ? [] : [`--location ${locations.join(',')}`]),
    ...(allQuantities ? [] : [`--quantity ${quantities.map(({ name }) => name).join(',')}`]),
    ...(units === 'us' ? ['--units us'] : []),
  ].join(' ');
}

/** If nothing can be read, everything counts as new: a reading that is exported twice is better than one that is lost. */
function readCursors(dataDirectory: string): CursorFile {
  try {
    const file = JSON.parse(readOwnFile(fileIn(dataDirectory))) as Partial<CursorFile> | null;
    return { schema_version: 1, exports: { ...file?.exports } };
  } catch (thrown) {
    const isNone = errorCode(thrown) === 'ENOENT' || thrown instanceof SyntaxError || canBeReplaced(thrown);
    if (!isNone) throw thrown;
    return { schema_version: 1, exports: {} };
  }
}

export interface Range {
  /** cycles after this one … */
  afterId: number;
  /** … up to this one */
  last: Cursor | null;
}

/** Which cycles are new to this export. */
export async function newCycles(
  database: Database,
  dataDirectory: string,
  name: string,
  nowMs: number,
): Promise<Range> {
  const last = await database.get<Cursor>('SELECT id AS cycle, started_at FROM cycle ORDER BY id DESC LIMIT 1');
  if (last === undefined) return { afterId: 0, last: null };
  const cursor = readCursors(dataDirectory).exports[name];
  return { afterId: cursor === undefined ? 0 : await resume(database, cursor, nowMs), last };
}

/** In another database (restored, or a new one after damage) the same id is another cycle: then the time decides. */
async function resume(database: Database, { cycle, started_at }: Cursor, nowMs: number): Promise<number> {
  const same = await database.get<{ started_at: string }>('SELECT started_at FROM cycle WHERE id = ?', cycle);
  if (same?.started_at === started_at) return cycle;
  // After a time in the future no cycle here would count as new: it is better to export everything again.
  if (isInFuture(Date.parse(started_at), nowMs)) return 0;
  const sql = 'SELECT coalesce(max(id), 0) AS id FROM cycle WHERE started_at <= ?';
  return (await database.get<{ id: number }>(sql, started_at))?.id ?? 0;
}

/** @throws MonitorError `file_system` */
export function saveCursor(dataDirectory: string, name: string, cursor: Cursor): void {
  const file = readCursors(dataDirectory);
  file.exports[name] = cursor;
  writeWhole(fileIn(dataDirectory), `${JSON.stringify(file, null, 2)}\n`);
}
