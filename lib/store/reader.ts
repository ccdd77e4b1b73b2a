/**
 * Opens readings.db for programs that only read, and leaves nothing behind. SQLite makes `-wal` and `-shm` files even
 * for a reader; made by another user than the collectors', they would lock the collectors out of their own database. So
 * only the owner, or root (for whom SQLite gives them to the owner), opens it in the ordinary way.
 */
import { accessSync, constants, copyFileSync, lstatSync, mkdtempSync, rmSync, statSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { asMonitorError, MonitorError } from '../errors';
import { describeFileError, fileError } from '../files/file-error';
import { foreignOwner } from '../files/ownership';
import { Database, type OpenMode } from './database';
import { refuseFutureSchema, refuseOddFiles } from './files';
import { versionOf } from './migrations';
import { refuseOtherPrograms } from './other-programs';
import { SCHEMA_VERSION, viewsOver } from './schema';

/** How often reading starts over because a collector changed the file that was read without locks. */
const MAX_ATTEMPTS = 4;
const BUSY_TIMEOUT_MS = 5000;

/** Two connections: SQLite works on one core each. */
export type Reader = readonly [Database, Database];

/**
 * Lends the database to `work`, each connection in one transaction. A user who may not open it in the ordinary way
 * reads the bare file; if that changed meanwhile, `work` is done again from its start.
 * @returns null if there is no database, or nothing in it yet
 * @throws MonitorError `database_*`, `future_schema`, `file_system`
 */
export async function withReader<T>(path: string, work: (reader: Reader) => Promise<T>): Promise<T | null> {
  const file = statOf(path);
  if (file === undefined || file.size === 0) return null;
  if (mayMakeSideFiles(path)) {
    try {
      return await reading(path, 'read-only', work);
    } catch (thrown) {
      // A full disk has no room for side files; what is stored can be read without them.
      if (asMonitorError(thrown).type !== 'database_full') throw thrown;
    }
  }
  for (let attempt = 1; ; attempt++) {
    const before = fingerprint(path);
    const result = await settled(readBareFile(path, work));
    if (fingerprint(path) === before) return unwrap(result);
    if (attempt === MAX_ATTEMPTS) throw changed(path);
  }
}

/** @throws MonitorError `file_system` if this user may not read it, `database_readonly` if it is not a file */
function statOf(path: string): Stats | undefined {
  let file: Stats | undefined;
  try {
    file = lstatSync(path, { throwIfNoEntry: false });
    if (file?.isFile() === true) accessSync(path, constants.R_OK);
  } catch (thrown) {
    throw new MonitorError(`Cannot read ${path}: ${describeFileError(thrown)}.`, {
      type: 'file_system',
      permanent: true,
      remediation: readableBy(dirname(path)),
      cause: thrown,
    });
  }
  refuseOddFiles(path);
  return file;
}

function readableBy(directory: string): string {
  const owner = foreignOwner(directory);
  const command = owner === null ? '' : ': node bin/report.js';
  return `Run it as the user of the collectors${command}\nOr share the data with a group: docs/running.md, Dashboards.`;
}

function mayMakeSideFiles(path: string): boolean {
  const user = process.geteuid?.() ?? 0;
  return (user === 0 || statSync(path).uid === user) && isWritable(dirname(path));
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What has not been folded into the file yet is read in a copy of both. */
async function readBareFile<T>(path: string, work: (reader: Reader) => Promise<T>): Promise<T | null> {
  const walBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (walBytes === 0) return await reading(path, 'immutable', work);
  const scratch = mkdtempSync(join(tmpdir(), 'home-temperature-monitor-'));
  try {
    const copy = join(scratch, 'readings.db');
    for (const suffix of ['', '-wal']) {
      try {
        copyFileSync(path + suffix, copy + suffix, constants.COPYFILE_FICLONE);
      } catch (thrown) {
        throw fileError('copy', path + suffix, thrown);
      }
    }
    return await reading(copy, 'read-only', work);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function reading<T>(path: string, mode: OpenMode, work: (reader: Reader) => Promise<T>): Promise<T | null> {
  const opened: Database[] = [];
  const open = async () => {
    const database = await Database.open(path, mode);
    opened.push(database);
    database.setBusyTimeout(BUSY_TIMEOUT_MS);
    await database.exec('BEGIN');
    return database;
  };
  try {
    const first = await open();
    const version = await versionOf(first);
    await refuseOtherPrograms(first, version);
    if (version === 0) return null;
    refuseFutureSchema(path, version);
    const second = await open();
    // The next cycle migrates it; until then it is read as it is.
    if (version < SCHEMA_VERSION) for (const database of opened) await database.exec(viewsOver(version));
    return await work([first, second]);
  } finally {
    for (const database of opened) await database.close();
  }
}

/** It changes whenever a collector folds its write-ahead log into the file. */
function fingerprint(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

function changed(path: string): MonitorError {
  return new MonitorError(`${path} was changed by a collector each time it was read.`, {
    type: 'database_locked',
    remediation: 'Run the report again, or run it as the user of the collectors.',
  });
}

type Settled<T> = { ok: true; value: T } | { ok: false; thrown: unknown };

/** A half-changed file may look damaged, so whether it was changed is checked before the result. */
const settled = <T>(promise: Promise<T>): Promise<Settled<T>> =>
  promise.then(
    (value) => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  );

function unwrap<T>(result: Settled<T>): T {
  if (result.ok) return result.value;
  throw result.thrown;
}
