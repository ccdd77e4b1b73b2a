/**
 * Proves that readings will have a place, by doing what storing and spooling do. The collectors call it before they ask
 * a device, health calls it, too: so neither can find well what the other finds broken.
 */
import { closeSync, constants, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import { describeFileError, errorCode, fileError } from '../files/file-error';
import { fileRemedy } from '../files/file-remedy';
import { isOwnFileThere, NotOurFile, openOwnFile, proveWrite, refuseForeignDirectory } from '../files/own-file';
import { makeDirectory, ownLike } from '../files/ownership';
import { removeIfThere } from '../files/remove-if-there';
import { clearTemporaries, temporaryFor } from '../files/temporaries';
import { silentLogger, type Logger } from '../logging/logger';
import { databaseError, whyNotWritable } from './database-error';
import { databaseLockPath } from './database-lock';
import { makeDataDirectory } from './data-directory';
import { checkHeader, databasePath, refuseNetworkFileSystem, sideFiles } from './files';
import { readingsDatabase } from './readings-database';
import { spoolDirectory } from './spool';

/** One block: on a full disk, an empty file can still be made. */
const BLOCK = Buffer.alloc(4096);

/**
 * Takes well under 1 ms as long as a reading can be spooled. Call it before this process opens the database (see
 * `checkHeader`).
 * @param proveRow stores a trial cycle and takes it back: asked only if the database is the only place left
 * @throws MonitorError `future_schema`, `configuration` (network file system), `not_mounted`, or, if neither the
 * database nor the spool can take a reading, what hinders the database
 */
export async function proveWritable(
  storage: StorageConfig,
  logger: Logger,
  proveRow: () => Promise<void>,
): Promise<void> {
  let database = await obstacle(() => proveDatabaseFiles(storage));
  if (database !== null && ['future_schema', 'configuration', 'not_mounted'].includes(database.type)) throw database;
  const spool = await obstacle(() => proveSpool(storage));
  // Somebody has put something in the place of our probe: the user should know that before anything is written.
  for (const failure of [database, spool]) if (failure instanceof NotOurFile) throw failure;
  if (spool !== null) database ??= await obstacle(proveRow);
  if (database !== null && spool !== null) throw database;
  const failure = database ?? spool;
  if (failure === null) return;
  const what = database === null ? 'the spool' : 'the database';
  const { message, remediation, type } = failure;
  logger.warning('not_writable', `${what} cannot be written: ${message}`, { error_type: type, remediation });
}

/**
 * What a cycle does with the files before SQLite opens the database, in the same order.
 * @throws MonitorError `not_mounted`, `configuration`, `database_*`, `future_schema`, `file_system`
 */
export function proveDatabaseFiles(storage: StorageConfig, probe?: string): void {
  const { data_directory: directory } = storage;
  const path = databasePath(directory);
  makeDataDirectory(storage);
  // Where no file has a mode or an owner (FAT), the database does without, as `applyFileMode` does.
  proveDirectory(directory, directory, { probe, without: ['EPERM'] });
  refuseNetworkFileSystem(directory);
  proveLock(databaseLockPath(storage), directory);
  if (isDamaged(path)) return;
  if ([path, ...sideFiles(path)].some((file) => whyNotWritable(file) !== null)) {
    throw databaseError(path, { code: 'SQLITE_READONLY', message: 'attempt to write a readonly database' });
  }
}

/**
 * In a spool that belongs to somebody else nothing can be kept, as in one that cannot be written.
 * @throws MonitorError
 */
export function proveSpool(storage: Pick<StorageConfig, 'data_directory'>, probe?: string): void {
  const directory = spoolDirectory(storage);
  try {
    refuseForeignDirectory(directory);
  } catch (thrown) {
    const { message, type, permanent, remediation } = fileError('use', directory, thrown);
    throw new MonitorError(message, { type, permanent, remediation, cause: thrown });
  }
  makeDirectory(directory, 0o700);
  proveDirectory(directory, storage.data_directory, { probe });
}

/**
 * Makes a database as a first cycle would, in a folder of its own that is removed again.
 * @param place where the data directory is, or would be made
 * @returns what hinders the spool: the database is stored into without it
 * @throws MonitorError
 */
export async function proveNewDatabase(storage: StorageConfig, place: string): Promise<MonitorError | null> {
  let scratch: string;
  try {
    clearTemporaries(place);
    scratch = temporaryFor(join(place, 'health'));
    mkdirSync(scratch, 0o700);
    ownLike(place, scratch);
  } catch (thrown) {
    throw fileError('make', storage.data_directory, thrown, storage.data_directory);
  }
  const trial = { ...storage, data_directory: scratch };
  const store = readingsDatabase(trial, silentLogger);
  const ofTheRealFolder = ({ message, type, permanent, remedy, cause }: MonitorError) => {
    const real = (text: string) => text.replaceAll(scratch, storage.data_directory);
    const remediation = { say: real(remedy.say), command: real(remedy.command) };
    return new MonitorError(real(message), { type, permanent, remediation, cause });
  };
  try {
    proveDatabaseFiles(trial);
    const spool = await obstacle(() => proveSpool(trial));
    await store.prove();
    return spool && ofTheRealFolder(spool);
  } catch (thrown) {
    throw ofTheRealFolder(asMonitorError(thrown));
  } finally {
    await store.close().catch(() => undefined);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * A lock that cannot be opened cannot be taken. It is not taken: another process may hold it, and a collector that
 * finds it taken ends. Closing a file drops the locks this process has on it, so call it before one is taken.
 * @throws MonitorError `file_system`
 */
export function proveLock(path: string, directory: string): void {
  try {
    if (isOwnFileThere(path)) closeSync(openOwnFile(path, constants.O_RDWR));
  } catch (thrown) {
    throw fileError('lock', path, thrown, directory);
  }
}

/** A damaged database does not matter here: the store will replace it. */
function isDamaged(path: string): boolean {
  try {
    return !checkHeader(path);
  } catch (thrown) {
    if (asMonitorError(thrown).type === 'database_corrupt') return true;
    throw thrown;
  }
}

interface Manner {
  /** one name, so that a process killed here leaves nothing that the next one does not remove */
  probe?: string | undefined;
  /** what chmod may answer without harm */
  without?: readonly string[];
}

function proveDirectory(directory: string, tree: string, { probe = '.write-test', without = [] }: Manner): void {
  const file = join(directory, probe);
  try {
    try {
      proveWrite(file, BLOCK, 0o600);
    } catch (thrown) {
      if (!without.includes(errorCode(thrown))) throw thrown;
      proveWrite(file, BLOCK);
    }
  } catch (thrown) {
    if (thrown instanceof NotOurFile) throw thrown;
    const code = errorCode(thrown);
    const full = ['ENOSPC', 'EDQUOT'].includes(code);
    removeQuietly(file);
    throw new MonitorError(`Cannot write in ${directory}: ${describeFileError(thrown)}.`, {
      type: full ? 'database_full' : 'database_readonly',
      permanent: !full,
      remediation: fileRemedy(code, directory, tree),
      cause: thrown,
    });
  }
}

/** What is left of the proof does no harm, and the next one removes it. */
function removeQuietly(file: string): void {
  try {
    removeIfThere(file);
  } catch {
    // The disk fails altogether: what it said first is what counts.
  }
}

async function obstacle(prove: () => void | Promise<void>): Promise<MonitorError | null> {
  try {
    await prove();
    return null;
  } catch (thrown) {
    return asMonitorError(thrown);
  }
}
