/** Opens readings.db as the store needs it: WAL, verified, and of the right version. */
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { makeDirectory } from '../files/ownership';
import type { Logger } from '../logging/logger';
import { createDatabase } from './create-database';
import { Database } from './database';
import { applyFileMode, checkHeader, databasePath, refuseNetworkFileSystem } from './files';
import { migrate, MIGRATIONS, versionOf } from './migrations';
import { whileAlone } from './while-alone';
import { whileLocked } from './while-locked';

/**
 * Opens the database for writing; creates it where there is none, migrates it where it is older.
 * @param signal the cycle's end: locks are waited for no longer
 * @throws MonitorError `database_*`, `future_schema`, `file_system`, `configuration` (network file system)
 */
export async function openConnection(storage: StorageConfig, logger: Logger, signal?: AbortSignal): Promise<Database> {
  const path = databasePath(storage.data_directory);
  makeDirectory(storage.data_directory);
  refuseNetworkFileSystem(storage.data_directory);
  if (!checkHeader(path)) await whileAlone(storage, () => createDatabase(storage, logger));
  applyFileMode(path, storage.file_mode);

  const database = await Database.open(path, 'read-write');
  try {
    await whileLocked({ busyTimeoutMs: storage.busy_timeout_ms, signal }, async (sliceMs) => {
      database.setBusyTimeout(sliceMs);
      await verifyWal(database, storage, logger);
      if ((await versionOf(database)) === MIGRATIONS.length) return;
      await whileAlone(storage, () => migrate(database, storage.file_mode));
    });
    return database;
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

async function verifyWal(database: Database, storage: StorageConfig, logger: Logger): Promise<void> {
  const pages = storage.wal_autocheckpoint_pages;
  // A reader that never ends makes the WAL grow; the first checkpoint after it cuts it back to this size.
  await database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${pages * 4096}`);
  const mode = await database.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL');
  const checkpoint = await database.get<{ wal_autocheckpoint: number }>(`PRAGMA wal_autocheckpoint = ${pages}`);
  if (mode?.journal_mode !== 'wal' || checkpoint?.wal_autocheckpoint !== pages) {
    throw new MonitorError(
      `${database.path} refuses write-ahead logging (journal mode ${mode?.journal_mode ?? 'unknown'}).`,
      {
        type: 'database_readonly',
        permanent: true,
        remediation: 'Set storage.data_directory in config.yaml to a directory on a local disk of this machine.',
      },
    );
  }
  logger.info('wal_verified', `${database.path} is in WAL mode`, {
    journal_mode: mode.journal_mode,
    wal_autocheckpoint: pages,
    synchronous: 'full',
    sqlite_version: database.version,
  });
}
