/** Opens readings.db as the store needs it: WAL, verified, and of the right version. */
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import { Database } from './database';
import { applyFileMode, checkHeader, databasePath, refuseFutureSchema, refuseNetworkFileSystem } from './files';
import { SCHEMA_VERSION } from './schema';
import { refuseOtherPrograms } from './other-programs';
import { whileLocked } from './while-locked';

/**
 * Opens the database for writing, under the shared lock (database-lock.ts).
 * @param signal the cycle's end: locks are waited for no longer
 * @returns null if it must first be created or migrated (`prepareDatabase`)
 * @throws MonitorError `database_*`, `future_schema`, `configuration` (network file system)
 */
export async function openConnection(
  storage: StorageConfig,
  logger: Logger,
  signal?: AbortSignal,
): Promise<Database | null> {
  const path = databasePath(storage.data_directory);
  refuseNetworkFileSystem(storage.data_directory);
  if (!checkHeader(path)) return null;

  const database = await Database.open(path, 'read-write');
  try {
    const version = await whileLocked({ busyTimeoutMs: storage.busy_timeout_ms, signal }, async (sliceMs) => {
      database.setBusyTimeout(sliceMs);
      const found = await versionOfOurs(database);
      if (found === SCHEMA_VERSION) await verifyWal(database, storage, logger);
      return found;
    });
    if (version === SCHEMA_VERSION) {
      applyFileMode(path, storage.file_mode);
      return database;
    }
    await database.close();
    return null;
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

/**
 * Asked before anything is changed.
 * @throws MonitorError `future_schema` if a newer program, or another one, made it
 */
async function versionOfOurs(database: Database): Promise<number> {
  const found = await database.get<{ version: number; own_tables: number }>(
    `SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema WHERE name IN ('word', 'reading')) AS own_tables
     FROM pragma_user_version`,
  );
  const { version = 0, own_tables = 0 } = found ?? {};
  refuseFutureSchema(database.path, version);
  if (own_tables !== 2) await refuseOtherPrograms(database, version);
  return version;
}

/** What it got, not what was asked for. */
async function verifyWal(database: Database, storage: StorageConfig, logger: Logger): Promise<void> {
  const pages = storage.wal_autocheckpoint_pages;
  // A reader that never ends makes the WAL grow; the first checkpoint after it cuts it back to this size.
  await database.exec(
    `PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${pages * 4096}; PRAGMA journal_mode = WAL`,
  );
  const [mode, checkpoint] = await Promise.all([
    database.get<{ journal_mode: string }>('PRAGMA journal_mode'),
    database.get<{ wal_autocheckpoint: number }>(`PRAGMA wal_autocheckpoint = ${pages}`),
  ]);
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
