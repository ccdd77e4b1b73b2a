/**
 * A new readings.db appears whole, with its tables and in WAL mode, or not at all, also if the process is killed
 * half-way.
 */
import { closeSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { ownOpenFileLike } from '../files/ownership';
import { temporaryFor } from '../files/temporaries';
import { syncDirectory } from '../files/sync-directory';
import type { Logger } from '../logging/logger';
import { Database } from './database';
import { databaseFileError } from './database-error';
import { databasePath, refuseOddFiles, sideFiles } from './files';
import { migrate } from './migrations';
import { setAside } from './set-aside';

/**
 * Creates the database if there is none, else brings it to this program's version. Call it alone (`whileAlone`).
 * @throws MonitorError `database_*`, `future_schema`, `file_system`
 */
export async function prepareDatabase(storage: StorageConfig, logger: Logger): Promise<void> {
  const path = databasePath(storage.data_directory);
  if (!isThere(path)) {
    await createDatabase(storage, logger);
    return;
  }
  const database = await Database.open(path, 'read-write');
  try {
    database.setBusyTimeout(storage.busy_timeout_ms);
    await migrate(database, storage.file_mode);
  } finally {
    await database.close();
  }
}

/**
 * Call it alone (`whileAlone`); does nothing if the file exists.
 * @throws MonitorError `database_*`, `file_system`
 */
export async function createDatabase(storage: StorageConfig, logger: Logger): Promise<void> {
  const path = databasePath(storage.data_directory);
  if (isThere(path)) {
    refuseOddFiles(path); // a new file in the place of a link to a disk that is not there would split the history
    return;
  }
  // A WAL without its database (the rest of a broken-off replacement) would be played into the new one.
  setAside(path, 'side files without a database', logger);

  const temporary = temporaryFor(path);
  const remove = () => {
    for (const file of [temporary, ...sideFiles(temporary)]) rmSync(file, { force: true });
  };
  try {
    const file = openSync(temporary, 'wx', storage.file_mode);
    try {
      ownOpenFileLike(dirname(path), file);
    } finally {
      closeSync(file);
    }
    await fill(temporary, storage.file_mode);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (thrown) {
    throw thrown instanceof MonitorError ? thrown : fileError('create', path, thrown);
  } finally {
    remove();
  }
}

/** Of any kind: a link that leads nowhere counts, too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
}

async function fill(temporary: string, fileMode: number): Promise<void> {
  const database = await Database.open(temporary, 'read-write');
  try {
    await database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    await migrate(database, fileMode);
  } finally {
    // The last connection writes the WAL into the file and removes it.
    await database.close();
  }
}
