import { acquireLock, type Lock } from '../../../lib/store/lock';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { keep, nthCycle } from '../../support/cycles';
import { readBack, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
beforeEach(() => {
  here = scratch({ busy_timeout_ms: 10 });
});

/** As another process that replaces or migrates the database. */
async function lockAsAnother(): Promise<Lock> {
  return (await acquireLock(here.path('readings.lock'))) as Lock;
}

test.each(['opened before', 'not opened yet'])(
  'a process that did not get it, %s, gets it at the next try',
  async (when) => {
    const first = readingsDatabase(here.storage, here.logger);
    await keep(first, nthCycle(0));
    await first.close();
    const store = readingsDatabase(here.storage, here.logger);
    if (when === 'opened before') await store.open();
    const lock = await lockAsAnother();
    await expect(keep(store, nthCycle(1))).rejects.toMatchObject({ type: 'database_locked', permanent: false });
    await lock.release();
    await keep(store, nthCycle(1));
    await store.close();
    expect(await readBack(here.path('readings.db'))).toHaveLength(2);
  },
);
