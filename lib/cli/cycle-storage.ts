/** Where a cycle is stored: the lock, the database with the shared retry, and the spool. */
import type { CycleStorage } from '../collect';
import type { Config, StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import type { CycleEnd } from '../reliability/cycle-end';
import { createRetrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import { makeDataDirectory } from '../store/data-directory';
import { databasePath } from '../store/files';
import { acquireLock, cycleLockPath } from '../store/lock';
import { proveWritable } from '../store/prove-writable';
import { readingsDatabase } from '../store/readings-database';
import { replaySpool, spoolCycle, spoolDirectory } from '../store/spool';
import { noEffort, type Store } from '../store/store';
import type { SignOfLife } from './sign-of-life';

export interface CycleStorageContext {
  config: Pick<Config, 'storage' | 'retry'>;
  logger: Logger;
  end: Pick<CycleEnd, 'storing' | 'spooling'>;
  /** its started_at */
  cycle: string;
  watch?: SignOfLife['watch'];
}

export function openCycleStorage(
  collector: string,
  { config, logger, end, cycle, watch = () => undefined }: CycleStorageContext,
): CycleStorage & { retries: () => number } {
  const { storage, retry } = config;
  const retrier = createRetrier({ policy: retry, logger, sleep, cycle, watch, deadline: end.storing });
  const spoolRetrier = createRetrier({ policy: retry, logger, sleep, cycle, watch, deadline: end.spooling });
  const effort = noEffort();
  const database = readingsDatabase(storage, logger, { signal: end.storing.signal, effort });
  const endpoint = databasePath(storage.data_directory);
  const store: Store = {
    store: (readings, judge) =>
      retrier.run({ operation: 'database.store', endpoint }, () => database.store(readings, judge)),
    storeAll: (cycles) =>
      retrier.run({ operation: 'database.replay_spool', endpoint }, () => database.storeAll(cycles)),
    prove: () => database.prove(),
    listedBefore: (name, untilMs) => database.listedBefore(name, untilMs),
    close: () => database.close(),
  };
  return {
    lock: () => lockCycle(storage, collector),
    proveWritable: () => proveWritable(storage, logger, () => database.prove()),
    openStore: () => database.open(),
    store,
    effort,
    spool: {
      replay: () => replaySpool(storage, logger, store),
      add: (cycle) =>
        spoolRetrier.run({ operation: 'spool.write', endpoint: spoolDirectory(storage) }, () =>
          spoolCycle(storage, logger, cycle),
        ),
    },
    retries: () => retrier.retries,
  };
}

/** Stores nothing: for a dry run, which reads and judges as any cycle does. */
export function withoutStoring(storage: CycleStorage): CycleStorage {
  const nothing = () => Promise.resolve();
  return {
    ...storage,
    lock: () => Promise.resolve({ release: nothing }),
    proveWritable: nothing,
    openStore: nothing,
    store: {
      store: (_readings, judge) => Promise.resolve(judge([])),
      storeAll: nothing,
      prove: nothing,
      listedBefore: () => Promise.resolve([]),
      close: nothing,
    },
    spool: { replay: nothing, add: nothing },
  };
}

async function lockCycle(storage: StorageConfig, collector: string): Promise<{ release(): Promise<void> }> {
  makeDataDirectory(storage);
  const lock = await acquireLock(cycleLockPath(storage, collector));
  if (lock) return lock;
  throw new MonitorError('another cycle of this collector is still running', {
    type: 'overlap',
    permanent: true,
    remediation: 'Wait for its end, or raise the interval in your crontab if this happens often.',
  });
}
