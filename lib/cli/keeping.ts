/** Where a cycle is kept: the lock, the database behind the shared retry, and the spool. */
import { join } from 'node:path';
import type { CollectContext } from '../collect';
import { MonitorError } from '../errors';
import { makeDirectory } from '../files/ownership';
import type { CollectorName } from '../reading';
import { acquireLock } from '../reliability/lock';
import { createRetrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import { databasePath } from '../store/files';
import { lastDevicesSeen } from '../store/last-good-cycle';
import { proveWritable } from '../store/prove-writable';
import { readingsDatabase } from '../store/readings-database';
import { replaySpool, spoolCycle, spoolDirectory } from '../store/spool';
import type { Store } from '../store/store';
import type { SourceKit } from './collector';

export type Keeping = Pick<CollectContext, 'lock' | 'proveWritable' | 'store' | 'openStore' | 'spool'> & {
  lastDevicesSeen: () => Promise<number>;
  retries: () => number;
};

export function openKeeping(
  collector: CollectorName,
  { config, logger, end }: Pick<SourceKit, 'config' | 'logger' | 'end'>,
): Keeping {
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
