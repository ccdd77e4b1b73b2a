/**
 * A database file that somebody names: looked at without changing it, and without leaving side files beside it.
 * Whatever is wrong with it becomes known before anything is done with it.
 */
import { accessSync, constants, copyFileSync, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { MonitorError } from '../errors';
import { asMonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { Database } from '../store/database';
import { databasePath, identity, refuseFutureSchema } from '../store/files';
import { versionOf } from '../store/migrations';
import type { DataContext } from './operation';
import { refusal } from './operation';
import { isPythonDatabase } from './python-database';

export interface SourceFile {
  /** as it was named */
  path: string;
  /** its write-ahead log, if there is something in it */
  walPath: string | null;
  /** one file with all that is in both, which nobody changes; null if SQLite cannot read it (of `python`: to its end) */
  whole: string | null;
  /** what is wrong; `ok`: nothing */
  damage: string;
  /** `python`: of the project that this one follows; `empty`: no tables at all; `other`: of another program */
  kind: 'ours' | 'python' | 'other' | 'empty';
  version: number;
}

/** How often it is copied again because somebody was writing into it. */
const MAX_COPIES = 5;

/**
 * @param check `quick_check` finds pages that cannot be read; `integrity_check` also what is wrong between them
 * @throws MonitorError `file_system` if it cannot be read, `future_schema`
 */
export async function openSourceFile(
  file: string,
  check: 'quick_check' | 'integrity_check',
  context: DataContext,
  folder: () => string,
): Promise<SourceFile> {
  const path = pathOf(file);
  const walPath = hasContent(`${path}-wal`) ? `${path}-wal` : null;
  const damaged = (damage: string): SourceFile => ({ path, walPath, whole: null, damage, kind: 'ours', version: 0 });
  context.progress(`checking ${path}`);
  try {
    const isAlone = walPath === null && !hasContent(`${path}-journal`) && !isOfCollectors(path);
    const whole = isAlone ? path : await foldedCopy(path, join(folder(), 'source.db'), context.signal);
    const found = await inspect(whole, path, check, context.signal);
    const isReadable = found.damage === 'ok' || found.kind === 'python';
    return isReadable ? { path, walPath, whole, ...found } : damaged(found.damage);
  } catch (thrown) {
    context.signal.throwIfAborted();
    const failure = asMonitorError(thrown);
    if (failure.type !== 'database_corrupt') throw thrown;
    return damaged(reasonOf(failure));
  }
}

/** Opens it for reading; nobody changes it meanwhile. */
export function openWhole(whole: string): Promise<Database> {
  return Database.open(whole, 'immutable');
}

function reasonOf({ cause, message }: MonitorError): string {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : message;
}

/** A link is followed, because a person has named it: SQLite itself would look for the log beside the link. */
function pathOf(file: string): string {
  try {
    const path = realpathSync(file);
    if (!statSync(path).isFile()) throw refusal(`${path} is not a file.`, 'Name a database file.', 'file_system');
    accessSync(path, constants.R_OK);
    return path;
  } catch (thrown) {
    throw fileError('read', resolve(file), thrown);
  }
}

/** Where collectors go on writing, a file that has no log now may have one in a moment. */
function isOfCollectors(path: string): boolean {
  return basename(path) === 'readings.db' && existsSync(join(dirname(path), 'readings.lock'));
}

/** Whether it is the database of the collectors, by whatever name. */
export function isOwnDatabase(file: string, { storage }: DataContext): boolean {
  const own = databasePath(storage.data_directory);
  return existsSync(own) && existsSync(file) && identity(own) === identity(file);
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

const PARTS = ['', '-wal', '-journal'];

/** SQLite itself plays the log into the copy. */
async function foldedCopy(path: string, copy: string, signal: AbortSignal): Promise<string> {
  for (let copies = 1; ; copies++) {
    signal.throwIfAborted();
    const before = fingerprint(path);
    try {
      for (const part of PARTS) {
        if (existsSync(path + part)) copyFileSync(path + part, copy + part, constants.COPYFILE_FICLONE);
      }
    } catch (thrown) {
      throw fileError('copy', path, thrown);
    }
    if (fingerprint(path) === before) break;
    if (copies === MAX_COPIES) {
      throw refusal(
        `${path} is being changed all the time.`,
        'Make a backup of it first: report backup FILE',
        'refused',
      );
    }
  }
  const database = await Database.open(copy, 'read-write');
  try {
    await database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
  } finally {
    await database.close();
  }
  return copy;
}

function fingerprint(path: string): string {
  return PARTS.map((part) => {
    const file = statSync(path + part, { bigint: true, throwIfNoEntry: false });
    return file === undefined ? '-' : `${file.ino} ${file.size} ${file.mtimeNs}`;
  }).join(' ');
}

async function inspect(
  whole: string,
  path: string,
  check: 'quick_check' | 'integrity_check',
  signal: AbortSignal,
): Promise<Pick<SourceFile, 'damage' | 'kind' | 'version'>> {
  const database = await openWhole(whole);
  const stop = () => database.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const version = await versionOf(database);
    const names = (await database.all<{ name: string }>('SELECT name FROM sqlite_schema')).map(({ name }) => name);
    const isOurs = ['word', 'reading', 'cycle', 'device'].every((name) => names.includes(name));
    if (isOurs) refuseFutureSchema(path, version);
    const damage = await damageOf(database, check);
    if (isOurs) return { damage, kind: 'ours', version };
    const isPython = names.includes('readings') && (await isPythonDatabase(database));
    return { damage, kind: isPython ? 'python' : names.length === 0 ? 'empty' : 'other', version };
  } finally {
    signal.removeEventListener('abort', stop);
    await database.close();
  }
}

async function damageOf(database: Database, check: 'quick_check' | 'integrity_check'): Promise<string> {
  try {
    const answer = await database.get<Record<string, string>>(`PRAGMA ${check}(1)`);
    return answer?.[check] ?? 'it does not answer';
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    if (failure.type !== 'database_corrupt') throw thrown;
    return reasonOf(failure);
  }
}
