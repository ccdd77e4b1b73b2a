/** The stress tests of the store, in their short form; the long one is `npm run campaign store`. */
import { writeTogether } from '../campaigns/store/concurrency';
import { meetDamage, replaceUnderLoad } from '../campaigns/store/damage';
import { canMount, fillDisk } from '../campaigns/store/full-disk';
import { holdLock } from '../campaigns/store/lock-holders';
import { readForever } from '../campaigns/store/long-reader';
import { prepareWorkers, type Workers } from '../campaigns/store/workers';

jest.setTimeout(120_000);

let workers: Workers;
beforeAll(() => {
  workers = prepareWorkers();
});
afterAll(() => workers.remove());

test.each([
  [2, 1000],
  [8, 1000],
  [8, 4],
  [32, 4],
])(
  '%i processes that write at once, checkpoints every %i pages: none fails',
  async (processes, autocheckpointPages) => {
    const cyclesEach = Math.ceil(64 / processes);
    const result = await writeTogether(workers, { processes, cyclesEach, autocheckpointPages });
    expect(result).toMatchObject({ failed: 0, stored: processes * cyclesEach, integrity: 'ok', walBytes: 0 });
  },
);

test('a lock held for less than the busy timeout is waited for, without a retry', async () => {
  // Four times as long as SQLite may wait at a time: a statement other than BEGIN IMMEDIATE would give up.
  const options = { busyTimeoutMs: 60_000, baseDelaySeconds: 1, from: 'event wal_verified', heldMs: 1000 };
  const { report, retries, storedInTheEnd } = await holdLock(workers, options);
  expect(report).toMatchObject({ exitCode: 0, stored: 2, spooled: 0, errorType: null });
  expect(report?.events).toContain('lock_waited');
  expect([retries, storedInTheEnd]).toEqual([0, 1]);
});

test('a lock held for longer is got by a retry', async () => {
  const options = { busyTimeoutMs: 100, baseDelaySeconds: 0.1, from: 'event retry 1 100', heldMs: 0 };
  const { report, retries, storedInTheEnd } = await holdLock(workers, options);
  expect(report).toMatchObject({ exitCode: 0, stored: 2, spooled: 0, errorType: null });
  expect(report?.events).toContain('retry_succeeded');
  expect(retries).toBeGreaterThan(0);
  expect(storedInTheEnd).toBe(1);
});

test('a lock held past all retries: a clean failure, the readings in the spool, stored by the next cycle', async () => {
  const options = { busyTimeoutMs: 50, baseDelaySeconds: 0.01, from: 'event wal_verified', heldMs: Infinity };
  const { report, storedInTheEnd, leftInSpool } = await holdLock(workers, options);
  expect(report).toMatchObject({ exitCode: 1, stored: 0, spooled: 2, errorType: 'database_locked' });
  expect(report?.events).toEqual(
    expect.arrayContaining(['retry 1 10', 'retry 2 20', 'retry 3 40', 'retry_exhausted', 'spooled']),
  );
  expect([storedInTheEnd, leftInSpool]).toEqual([1, 0]);
});

test('processes that meet a damaged database in the same instant replace it once, and all store', async () => {
  expect(await meetDamage(workers, 6)).toEqual({ moved: 1, partial: 1, failed: 0, stored: 6 });
});

test('a database that is replaced while others write into it: every reported cycle is in one of the files', async () => {
  const result = await replaceUnderLoad(workers, { processes: 3, cyclesEach: 40, replacements: 10 });
  expect(result).toMatchObject({ reported: 120, missing: 0, failures: [] });
  expect(result.replacements).toBeGreaterThan(0);
});

test('a reader that does not end makes the WAL grow, but not without a limit', async () => {
  const result = await readForever(60);
  expect(result.whileReadingBytes).toBeGreaterThan(2 * result.limitBytes);
  expect(result.afterwardsBytes).toBeLessThanOrEqual(result.limitBytes);
  expect(result.closedBytes).toBe(0);
  expect(result.seen).toEqual([1, 1]);
});

const mountable = canMount();
(mountable ? describe : describe.skip)(
  `a full disk${mountable ? '' : ' (skipped: this user may not mount a tmpfs)'}`,
  () => {
    test('at the database: spooled, and stored when there is space again', async () => {
      const result = await fillDisk(workers, 'database', 8192);
      expect(result.report).toMatchObject({ exitCode: 1, stored: 0, spooled: 40, errorType: 'database_full' });
      expect(result).toMatchObject({ kept: 3, expected: 3, integrity: 'ok', leftOver: [] });
    });

    test('at the spool: stored nevertheless', async () => {
      const result = await fillDisk(workers, 'spool', 0);
      expect(result.report).toMatchObject({ exitCode: 0, stored: 40 });
      expect(result).toMatchObject({ kept: 3, expected: 3, integrity: 'ok', leftOver: [] });
    });

    test('at both: refused before any device is asked', async () => {
      const result = await fillDisk(workers, 'both', 0);
      expect(result.report).toMatchObject({ exitCode: 1, stored: 0, spooled: 0, errorType: 'database_full' });
      expect(result).toMatchObject({ kept: 2, expected: 2, integrity: 'ok', leftOver: [] });
    });

    test.each([4096, 12_288, 24_576, 65_536, 131_072])(
      'with %i bytes left, nothing is lost or halved',
      async (freeBytes) => {
        const result = await fillDisk(workers, 'both', freeBytes);
        expect(result.after).toMatchObject({ exitCode: 0, stored: 40 });
        expect(result.kept).toBe(result.expected);
        expect(result).toMatchObject({ integrity: 'ok', leftOver: [] });
      },
    );
  },
);
