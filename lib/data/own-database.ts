/** The database of the collectors, opened for an operation while they go on. */
import { existsSync } from 'node:fs';
import { Database } from '../store/database';
import { lockDatabase } from '../store/database-lock';
import { databasePath } from '../store/files';
import { readingsDatabase } from '../store/readings-database';
import { replaySpool } from '../store/spool';
import { whileLocked } from '../store/while-locked';
import { refusal, type DataContext } from './operation';

/**
 * Brings it to this program's version (a new one is made if there is none), stores what waits in the spool, and lends
 * it to `work` under the lock that the collectors share. For a dry run it stays as it is, and must be there.
 * @throws MonitorError `database_*`, `future_schema`, or what `work` throws
 */
export async function withOwnDatabase<T>(context: DataContext, work: (database: Database) => Promise<T>): Promise<T> {
  const { storage, signal, dryRun } = context;
  if (!dryRun) await prepare(context);
  const lock = await lockDatabase(storage, signal);
  try {
    const database = await Database.open(databasePath(storage.data_directory), 'read-write');
    try {
      await database.exec('PRAGMA synchronous = FULL');
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await lock.release();
  }
}

async function prepare({ storage, logger, signal }: DataContext): Promise<void> {
  const store = readingsDatabase(storage, logger, { signal });
  try {
    await store.open();
    await replaySpool(storage, logger, store);
  } finally {
    await store.close();
  }
}

/** @throws MonitorError `refused` if there is none: nothing that could be changed */
export function refuseMissingDatabase({ storage }: DataContext): void {
  const path = databasePath(storage.data_directory);
  if (!existsSync(path)) throw refusal(`There is no database yet: ${path}`, 'Run a collector first.');
}

/**
 * One transaction: all of it is stored, or nothing.
 * @throws MonitorError `database_*`, what `work` throws, or the reason of the signal
 */
export async function inTransaction<T>(
  database: Database,
  { storage, signal }: Pick<DataContext, 'storage' | 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  const stop = () => database.interrupt();
  await whileLocked({ busyTimeoutMs: storage.busy_timeout_ms, signal }, async (sliceMs) => {
    database.setBusyTimeout(sliceMs);
    await database.exec('BEGIN IMMEDIATE');
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const result = await work();
    signal.removeEventListener('abort', stop);
    await database.exec('COMMIT');
    return result;
  } catch (thrown) {
    await database.exec('ROLLBACK').catch(() => undefined); // SQLite may have done it already
    signal.throwIfAborted();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
