import { Database } from '../../../lib/store/database';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { keep, nthCycle } from '../../support/cycles';
import { scratch, type Scratch } from '../../support/storage';

let here: Scratch;
beforeEach(() => {
  here = scratch({ wal_autocheckpoint_pages: 20 });
});

/** As another process would do it. */
async function collect(first: number, cycles = 1): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  for (let n = first; n < first + cycles; n++) await keep(store, nthCycle(n));
  await store.close();
}

test('a WAL that grows because of a reader is logged at each cycle, and once when it is folded in again', async () => {
  await collect(0);
  const reader = await Database.open(here.path('readings.db'), 'read-only');
  await reader.exec('BEGIN; SELECT count(*) FROM cycles');
  await collect(1, 400);
  expect(here.named('wal_oversized')).toEqual([]);
  await collect(500);
  await collect(501);
  expect(here.named('wal_oversized')).toHaveLength(2);
  expect(here.named('wal_oversized')[0]).toMatchObject({ level: 'warning', fields: { limit_bytes: 4_096_000 } });
  expect(here.named('wal_folded')).toEqual([]);
  await reader.close();
  await collect(502);
  await collect(503);
  expect(here.named('wal_oversized')).toHaveLength(3);
  expect(here.named('wal_folded')).toMatchObject([{ level: 'info', fields: { wal_bytes: 0 } }]);
});
