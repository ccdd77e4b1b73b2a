/**
 * The driver that Node.js has in itself keeps the same promises as the package: the contract of a store, locks, killed
 * processes, damage and full disks, in processes that find no package.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDeadline } from '../../../lib/reliability/deadline';
import { Database } from '../../../lib/store/database';
import { loadDriver, useDriver } from '../../../lib/store/driver';
import { nodeSqliteDriver } from '../../../lib/store/node-sqlite';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { damageIn } from '../../../lib/store/whole-check';
import { inScratch } from '../../campaigns/in-scratch';
import { writeTogether } from '../../campaigns/store/concurrency';
import { meetDamage, replaceUnderLoad } from '../../campaigns/store/damage';
import { canMount, fillDisk } from '../../campaigns/store/full-disk';
import { holdLock } from '../../campaigns/store/lock-holders';
import { prepareWorkers, type Workers } from '../../campaigns/store/workers';
import { keep, nthCycle } from '../../support/cycles';
import { holdDatabase } from '../../support/held-database';
import { query, readBack, scratch } from '../../support/storage';
import { describeStore } from '../store-suite';

jest.setTimeout(120_000);

const driver = nodeSqliteDriver();
const possible = driver === null ? describe.skip : describe;

possible(`node:sqlite${driver === null ? ' (needs Node.js 24)' : ''}`, () => {
  beforeAll(() => useDriver(driver));
  afterAll(() => useDriver(null));

  describeStore('readings.db with node:sqlite', () => {
    const { storage, logger, path } = scratch();
    const store = readingsDatabase(storage, logger);
    return Promise.resolve({
      store,
      readBack: () => readBack(path('readings.db')),
      cleanUp: () => store.close(),
    });
  });

  test('it says which driver it is, and fails as the package does', async () => {
    const { path } = scratch();
    const database = await Database.open(path('x.db'), 'create');
    expect(loadDriver().NAME).toBe('node:sqlite');
    await expect(database.exec('SELECT * FROM nothing')).rejects.toMatchObject({ type: 'internal' });
    await database.exec('CREATE TABLE t (a, b TEXT, c REAL)');
    await database.run('INSERT INTO t VALUES (?, ?, ?)', 5, 'x', 0.1);
    await database.run('INSERT INTO t VALUES (?, ?, ?)', 2.5, null, 1e300);
    expect(await database.all('SELECT typeof(a) AS kind, a, b, c FROM t')).toEqual([
      { kind: 'integer', a: 5, b: 'x', c: 0.1 },
      { kind: 'real', a: 2.5, b: null, c: 1e300 },
    ]);
    await database.close();
    await expect(Database.open(path('missing.db'), 'read-write')).rejects.toMatchObject({ type: 'database_readonly' });
  });

  test('the end of the cycle ends the wait for a lock, although each wait blocks the process', async () => {
    const { storage, logger, path } = scratch({ busy_timeout_ms: 100_000 });
    const first = readingsDatabase(storage, logger);
    await keep(first, nthCycle(0));
    await first.close();
    const holder = await holdDatabase(path('readings.db'));
    const deadline = startDeadline(300, 0);
    try {
      const store = readingsDatabase(storage, logger, { signal: deadline.signal });
      await expect(keep(store, nthCycle(1))).rejects.toMatchObject({ type: 'database_locked' });
      expect(deadline.signal.aborted).toBe(true);
      await store.close();
    } finally {
      deadline.clear();
      await holder.release();
    }
  });

  test('a check of the whole file ends when the cycle ends, although a statement cannot be interrupted', async () => {
    const { storage, logger, path } = scratch();
    const store = readingsDatabase(storage, logger);
    await keep(store, nthCycle(0));
    await store.close();
    const wait = { busyTimeoutMs: 1000 };
    expect(await damageIn(path('readings.db'), 'integrity_check(1)', wait)).toEqual([]);
    // Of the thread that waits for a lock as long as it may, nothing else would be heard before.
    const holder = await holdDatabase(path('held.db'), 'CREATE TABLE t (a); BEGIN EXCLUSIVE');
    const { signal } = startDeadline(300, 0);
    const late = damageIn(path('held.db'), 'integrity_check(1)', { busyTimeoutMs: 3000, signal });
    await expect(late).rejects.toMatchObject({ type: 'deadline' });
    await holder.release();
    writeFileSync(path('other.db'), 'no database '.repeat(1000));
    await expect(damageIn(path('other.db'), 'quick_check(3)', wait)).rejects.toMatchObject({
      type: 'database_corrupt',
    });
  });

  describe('in processes without packages', () => {
    let workers: Workers;
    beforeAll(() => {
      workers = prepareWorkers(false);
    });
    afterAll(() => workers.remove());

    test('several that write at once: none fails', async () => {
      const result = await writeTogether(workers, { processes: 6, cyclesEach: 8, autocheckpointPages: 4 });
      expect(result).toMatchObject({ errors: [], failed: 0, stored: 48, integrity: 'ok', walBytes: 0 });
    });

    test('a lock that is held: waited for, or got by a retry, or past all retries, then spooled', async () => {
      const waited = { busyTimeoutMs: 60_000, baseDelaySeconds: 1, from: 'event wal_verified', heldMs: 600 };
      expect(await holdLock(workers, waited)).toMatchObject({ retries: 0, storedInTheEnd: 1, report: { exitCode: 0 } });
      const spooled = { busyTimeoutMs: 50, baseDelaySeconds: 0.01, from: 'event wal_verified', heldMs: Infinity };
      expect(await holdLock(workers, spooled)).toMatchObject({
        ...{ storedInTheEnd: 1, leftInSpool: 0 },
        report: { exitCode: 1, spooled: 2, errorType: 'database_locked' },
      });
    });

    test('processes that are killed lose nothing that they had reported', async () => {
      await inScratch(async (directory) => {
        const reported: number[] = [];
        for (let round = 0; round < 4; round++) {
          const task = { directory, through: 'store' as const, collector: 'hue' as const, cycles: 1000 };
          const worker = workers.start({ ...task, firstCycle: round * 1000 });
          await worker.saw('event wal_verified');
          worker.child.stdout.once('data', () => worker.child.kill('SIGKILL'));
          const { reports, signal } = await worker.ended;
          expect(signal).toBe('SIGKILL');
          reported.push(...reports.filter(({ exitCode }) => exitCode === 0).map(({ cycle }) => cycle));
        }
        const path = join(directory, 'readings.db');
        const stored = await query<{ timestamp: string }>(path, 'SELECT DISTINCT timestamp FROM readings');
        const times = new Set(stored.map(({ timestamp }) => timestamp));
        expect(reported.filter((n) => !times.has(nthCycle(n).record.started_at))).toEqual([]);
        expect(await query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      });
    });

    test('a damaged database is replaced once, and one that is replaced under load loses no cycle', async () => {
      expect(await meetDamage(workers, 4)).toEqual({ moved: 1, partial: 1, failed: 0, stored: 4 });
      const result = await replaceUnderLoad(workers, { processes: 2, cyclesEach: 20, replacements: 5 });
      expect(result).toMatchObject({ reported: 40, missing: 0, failures: [] });
    });

    (canMount() ? test : test.skip)('a full disk: spooled, and stored when there is space again', async () => {
      const result = await fillDisk(workers, 'database', 8192);
      expect(result.report).toMatchObject({ exitCode: 1, stored: 0, spooled: 40, errorType: 'database_full' });
      expect(result).toMatchObject({ kept: 3, expected: 3, integrity: 'ok', leftOver: [] });
    });
  });
});
