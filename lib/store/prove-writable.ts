/** Proves, before any device is asked, that its readings will have a place: a real write, in well under 1 ms. */
import { dirname, join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import { describeFileError, errorCode, fileError } from '../files/file-error';
import { NotOurFile, proveWrite, refuseForeignDirectory } from '../files/own-file';
import { makeDirectory } from '../files/ownership';
import { removeIfThere } from '../files/remove-if-there';
import type { Logger } from '../logging/logger';
import { databaseError, whyNotWritable } from './database-error';
import { checkHeader, databasePath, refuseNetworkFileSystem, sideFiles } from './files';
import { spoolDirectory } from './spool';

/** One block: on a full disk, an empty file can still be made. */
const BLOCK = Buffer.alloc(4096);

/**
 * Call it before this process opens the database (see `checkHeader`).
 * @throws MonitorError `future_schema`, `configuration` (network file system), or, if neither the database nor the
 * spool can take a reading, what hinders the database
 */
export function proveWritable(storage: StorageConfig, logger: Logger): void {
  const database = obstacle(() => proveDatabase(storage));
  if (database?.type === 'future_schema' || database?.type === 'configuration') throw database;
  const spool = obstacle(() => proveSpool(spoolDirectory(storage)));
  // Somebody has put something in the place of our probe: the user should know that before anything is written.
  for (const failure of [database, spool]) if (failure instanceof NotOurFile) throw failure;
  if (database !== null && spool !== null) throw database;
  const failure = database ?? spool;
  if (failure === null) return;
  const what = database === null ? 'the spool' : 'the database';
  const { message, remediation, type } = failure;
  logger.warning('not_writable', `${what} cannot be written: ${message}`, { error_type: type, remediation });
}

function proveDatabase(storage: StorageConfig): void {
  proveDirectory(storage.data_directory, 0o777);
  refuseNetworkFileSystem(storage.data_directory);
  const path = databasePath(storage.data_directory);
  if (isDamaged(path)) return;
  if ([path, ...sideFiles(path)].some((file) => whyNotWritable(file) !== null)) {
    throw databaseError(path, { code: 'SQLITE_READONLY', message: 'attempt to write a readonly database' });
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

/** In a spool that belongs to somebody else nothing can be kept, as in one that cannot be written. */
function proveSpool(directory: string): void {
  try {
    refuseForeignDirectory(directory);
  } catch (thrown) {
    const { message, type, permanent, remediation } = fileError('use', directory, thrown);
    throw new MonitorError(message, { type, permanent, remediation, cause: thrown });
  }
  proveDirectory(directory, 0o700);
}

/** The file has one name, so that a process killed here leaves nothing that the next one does not remove. */
function proveDirectory(directory: string, mode: number): void {
  const file = join(directory, '.write-test');
  try {
    makeDirectory(directory, mode);
    proveWrite(file, BLOCK);
  } catch (thrown) {
    if (thrown instanceof NotOurFile) throw thrown;
    const cause = thrown instanceof MonitorError ? thrown.cause : thrown;
    const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(cause));
    if (full) removeQuietly(file);
    throw new MonitorError(`Cannot write in ${directory}: ${describeFileError(cause)}.`, {
      type: full ? 'database_full' : 'database_readonly',
      permanent: !full,
      remediation: full
        ? `Make room on the disk: df -h '${dirname(directory)}'`
        : `Give it to the user of the collectors: sudo chown ${process.geteuid?.() ?? 0} '${directory}' && chmod u+rwx '${directory}'`,
      cause,
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

function obstacle(prove: () => void): MonitorError | null {
  try {
    prove();
    return null;
  } catch (thrown) {
    return asMonitorError(thrown);
  }
}
