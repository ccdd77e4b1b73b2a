/** Where a cycle is kept: the lock, the database behind the shared retry, and the spool. */
import { join } from 'node:path';
import type { CollectContext } from '../collect';
import type { Config } from '../config/config';
import { MonitorError } from '../errors';
import { makeDirectory } from '../files/ownership';
import type { Logger } from '../logging/logger';
import type { CollectorName } from '../reading';
import type { CycleEnd } from '../reliability/cycle-end';
import { acquireLock } from '../reliability/lock';
import { createRetrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import { databasePath } from '../store/files';
import { lastDevicesSeen } from '../store/last-good-cycle';
import { proveWritable } from '../store/prove-writable';
import { readingsDatabase } from '../store/readings-database';
import { replaySpool, spoolCycle, spoolDirectory } from '../store/spool';
import type { Store } from '../store/store';

export type Keeping = Pick<CollectContext, 'lock' | 'proveWritable' | 'store' | 'openStore' | 'spool'> & {
  lastDevicesSeen: () => Promise<number>;
  retries: () => number;
};

/** The part of a collector's kit that this needs. */
export interface KeepingKit {
  config: Pick<Config, 'storage' | 'retry'>;
  logger: Logger;
  end: Pick<CycleEnd, 'storing' | 'spooling'>;
}

export function openKeeping(collector: CollectorName, { config, logger, end }: KeepingKit): Keeping {
  const { storage, retry } = config;
  const retrier = createRetrier({ policy: retry, logger, sleep, deadline: end.storing });
  const spoolRetrier = createRetrier({ policy: retry, logger, sleep, deadline: end.spooling });
  const database = readingsDatabase(storage, logger, end.storing.signal);
  const endpoint = databasePath(storage.data_directory);
  const store: Store = {
    get replaced() {
      return database.replaced;
    },
    get lockWaitMs() {
      return database.lockWaitMs;
    },
    store: (cycle, finish) =>
      retrier.run({ operation: 'database.store', endpoint }, () => database.store(cycle, finish)),
    storeAll: (cycles) =>
      retrier.run({ operation: 'database.replay_spool', endpoint }, () => database.storeAll(cycles)),
    close: () => database.close(),
  };
  return {
    lock: () => lockCycle(storage.data_directory, collector),
    proveWritable: () => proveWritable(storage, logger),
    openStore: () => database.open(),
    store,
    spool: {
      replay: () => replaySpool(storage, logger, store),
      add: (cycle) =>
        spoolRetrier.run({ operation: 'spool.write', endpoint: spoolDirectory(storage) }, () =>
          spoolCycle(storage, logger, cycle),
        ),
    },
    lastDevicesSeen: () => lastDevicesSeen(storage, collector),
    retries: () => retrier.retries,
  };
}

async function lockCycle(dataDirectory: string, collector: CollectorName): Promise<{ release(): Promise<void> }> {
  makeDirectory(dataDirectory);
  const lock = await acquireLock(join(dataDirectory, `.${collector}.lock`));
  if (lock) return lock;
  throw new MonitorError(`another cycle of this collector is still running`, {
    type: 'overlap',
    permanent: true,
    remediation: 'Wait for its end, or raise the interval in your crontab if this happens often.',
  });
}
