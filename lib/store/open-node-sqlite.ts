/** Opens a file with the module `node:sqlite` as the package sqlite3 would: with its flags, and never through a link. */
import { fstatSync, lstatSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What is used of the module; the types of Node.js 20 do not know it. */
export interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): { all(...parameters: unknown[]): unknown[] };
  close(): void;
  enableDefensive?(active: boolean): void;
}
export interface NodeSqlite {
  DatabaseSync: new (path: string, options: object) => DatabaseSync;
}

/** What the package waits for a lock unless something else is said. */
const BUSY_TIMEOUT_MS = 1000;

export const READONLY = 0x1;
export const READWRITE = 0x2;
export const CREATE = 0x4;
export const URI = 0x40;

/** @throws what the module throws, or `SQLITE_CANTOPEN` */
export function open({ DatabaseSync }: NodeSqlite, path: string, flags: number): DatabaseSync {
  const isUri = (flags & URI) !== 0 && path.startsWith('file:'); // as SQLite itself decides
  const mode = (flags & READONLY) !== 0 ? 'ro' : (flags & CREATE) !== 0 ? 'rwc' : 'rw';
  const name = isUri ? path : `${pathToFileURL(path).href}?mode=${mode}`;
  const options = { readOnly: mode === 'ro', enableForeignKeyConstraints: false, timeout: BUSY_TIMEOUT_MS };
  const handle = new DatabaseSync(name, options);
  try {
    refuseIfFollowed(isUri ? fileURLToPath(path.replace(/\?.*$/, '')) : path);
    handle.enableDefensive?.(true);
    return handle;
  } catch (thrown) {
    handle.close();
    throw thrown;
  }
}

/**
 * The module has no flag by which SQLite refuses a link: so what it has opened is looked at by its descriptor. (Without
 * /proc, only the look before the opening is left.)
 */
function refuseIfFollowed(path: string): void {
  const file = lstatSync(path, { throwIfNoEntry: false });
  const descriptors = namesIn('/proc/self/fd');
  if (descriptors === null) return;
  if (file?.isFile() === true && descriptors.some((name) => isSame(Number(name), file))) return;
  throw Object.assign(new Error('SQLITE_CANTOPEN: something else was put in its place'), { code: 'SQLITE_CANTOPEN' });
}

function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch {
    return null;
  }
}

function isSame(descriptor: number, { dev, ino }: { dev: number; ino: number }): boolean {
  try {
    const found = fstatSync(descriptor);
    return found.ino === ino && found.dev === dev;
  } catch {
    return false; // the one that read the folder is closed by now
  }
}
