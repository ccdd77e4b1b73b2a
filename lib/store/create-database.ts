/** A new readings.db appears whole, with its tables and in WAL mode, or not at all: killed half-way, it never was. */
import { closeSync, existsSync, lstatSync, openSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { ownLike } from '../files/ownership';
import { syncDirectory } from '../files/write-whole';
import type { Logger } from '../logging/logger';
import { Database } from './database';
import { databasePath, sideFiles } from './files';
import { migrate } from './migrations';
import { setAside } from './set-aside';

/**
 * Creates the database where there is none, else brings it to this program's version. Call it alone (`whileAlone`).
 * @throws MonitorError `database_*`, `future_schema`, `file_system`
 */
export async function prepareDatabase(storage: StorageConfig, logger: Logger): Promise<void> {
  const path = databasePath(storage.data_directory);
  if (!existsSync(path)) {
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
 * Call it alone (`whileAlone`); does nothing where the file exists.
 * @throws MonitorError `database_*`, `file_system`
 */
export async function createDatabase(storage: StorageConfig, logger: Logger): Promise<void> {
  const path = databasePath(storage.data_directory);
  if (existsSync(path)) return;
  refuseDanglingLink(path);
  // A WAL without its database (the rest of a broken-off replacement) would be played into the new one.
  setAside(path, 'side files without a database', logger);

  const temporary = `${path}.new`;
  const remove = () => {
    for (const file of [temporary, ...sideFiles(temporary)]) rmSync(file, { force: true });
  };
  try {
    remove();
    closeSync(openSync(temporary, 'wx', storage.file_mode));
    ownLike(dirname(path), temporary);
    await fill(temporary, storage.file_mode);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (thrown) {
    throw thrown instanceof MonitorError ? thrown : fileError('create', path, thrown);
  } finally {
    remove();
  }
}

/** A link into a disk that is not there: a new file in its place would split the history without a word. */
function refuseDanglingLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new MonitorError(`${path} is a link to ${readlinkSync(path)}, which is not there.`, {
    type: 'database_readonly',
    permanent: true,
    remediation: `Connect the disk it lies on, or remove the link for a new database: rm '${path}'`,
  });
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
