/** The store as a collector uses it: readings.db, tried again by the one retry, and the spool stored before anything else. */
import type { StorageConfig } from '../config/config';
import type { Logger } from '../logging/logger';
import type { Retrier } from '../reliability/retry';
import { databasePath } from './files';
import { readingsDatabase } from './readings-database';
import { replaySpool } from './spool';
import type { Store } from './store';

export interface CollectorStoreContext {
  storage: StorageConfig;
  logger: Logger;
  retrier: Retrier;
  /** when it fires, locks are waited for no longer */
  signal?: AbortSignal;
}

/** @throws MonitorError `database_*`, `future_schema`, `file_system`, `configuration` when retries are spent */
export async function openCollectorStore({ storage, logger, retrier, signal }: CollectorStoreContext): Promise<Store> {
  const database = readingsDatabase(storage, logger, signal);
  const endpoint = databasePath(storage.data_directory);
  await retrier.run({ operation: 'database.open', endpoint }, async () => {
    await database.open();
    await replaySpool(storage, logger, database);
  });
  return {
    get replaced() {
      return database.replaced;
    },
    store: (cycle, finish) =>
      retrier.run({ operation: 'database.store', endpoint }, () => database.store(cycle, finish)),
    storeAll: (cycles) => retrier.run({ operation: 'database.store', endpoint }, () => database.storeAll(cycles)),
    close: () => database.close(),
  };
}
