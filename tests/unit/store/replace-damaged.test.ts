import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { acquireLock } from '../../../lib/store/lock';
import { Database } from '../../../lib/store/database';
import { databaseError } from '../../../lib/store/database-error';
import { lockDatabase } from '../../../lib/store/database-lock';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { noEffort } from '../../../lib/store/store';
import { keep, nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';
import { until } from '../../support/until';

let here: Scratch;
let path: string;
beforeEach(() => {
  here = scratch();
  path = here.path('readings.db');
});

/** One cycle as another process would do it. */
async function collect(n: number): Promise<string | null> {
  const effort = noEffort();
  const store = readingsDatabase(here.storage, here.logger, { effort });
  const { record, readings } = nthCycle(n);
  await store.store(readings, () => ({ ...record, error: effort.replaced }));
  await store.close();
  return effort.replaced;
}

async function fill(): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  await store.storeAll(Array.from({ length: 300 }, (_, n) => nthCycle(n)));
  await store.close();
}

const overwrite = (offset: number, content: Buffer) => {
  const file = openSync(path, 'r+');
  writeSync(file, content, 0, content.length, offset);
  closeSync(file);
};

/** The page where new readings go. */
async function lastPageOfReadings(): Promise<number> {
  const rows = await query<{ pageno: number }>(
    path,
    "SELECT pageno FROM dbstat WHERE name = 'reading' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1",
  );
  return rows[0]?.pageno ?? 0;
}

const DAMAGES: [string, () => Promise<void> | void][] = [
  ['not a database', () => writeFileSync(path, 'This is a text. '.repeat(1000))],
  ['one byte', () => writeFileSync(path, 'x')],
  ['empty', () => writeFileSync(path, '')],
  ['cut in the middle', () => truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096)],
  ['cut inside its header', () => truncateSync(path, 50)],
  ['a header of zeros', () => overwrite(0, Buffer.alloc(100))],
  ['zeros altogether', () => overwrite(0, Buffer.alloc(statSync(path).size))],
  ['a scrambled first page', () => overwrite(100, Buffer.alloc(3900, 0xa5))],
  [
    'a scrambled page where new readings go',
    async () => overwrite(((await lastPageOfReadings()) - 1) * 4096, Buffer.alloc(4096, 0x5a)),
  ],
];

test.each(DAMAGES)('%s: moved aside, kept, reported, and a new one in the same run', async (_, damage) => {
  await fill();
  await damage();
  const damaged = statSync(path);
  const moved = await collect(1000);
  expect(moved).toMatch(/readings\.db\.corrupt-\d{8}T\d{9}Z$/);
  expect(statSync(moved ?? '')).toMatchObject({ ino: damaged.ino, size: damaged.size });
  expect(here.named('database_replaced')).toHaveLength(1);
  expect(here.named('database_replaced')[0]).toMatchObject({ level: 'critical', fields: { moved_to: moved } });
  const stored = await readBack(path);
  expect(stored).toHaveLength(1);
  expect(stored[0]?.readings).toHaveLength(2);
  expect(stored[0]?.record.error).toBe(moved); // known when the cycle is judged
  expect(await collect(1001)).toBeNull();
  expect(await readBack(path)).toHaveLength(2);
});

test('side files go with their database, so that an old WAL is never played into the new one', async () => {
  await fill();
  const other = await Database.open(path, 'read-write');
  await other.exec("PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (x); INSERT INTO later VALUES ('old')");
  copyFileSync(`${path}-wal`, here.path('kept-wal'));
  await other.close();
  copyFileSync(here.path('kept-wal'), `${path}-wal`);
  overwrite(0, Buffer.alloc(100));
  const moved = await collect(1000);
  expect(statSync(`${moved}-wal`).size).toBe(statSync(here.path('kept-wal')).size);
  expect(await query(path, "SELECT * FROM sqlite_schema WHERE name = 'later'")).toEqual([]);
  expect(await readBack(path)).toHaveLength(1);
});

test('side files without a database (a replacement that was broken off) are moved aside, too', async () => {
  writeFileSync(`${path}-wal`, 'left over');
  await collect(1);
  expect(readdirSync(here.storage.data_directory).filter((name) => name.includes('corrupt'))).toEqual([
    expect.stringMatching(/^readings\.db\.corrupt-\w+-wal$/),
  ]);
  expect(await readBack(path)).toHaveLength(1);
});

test('a database that is damaged while it is open is replaced as well', async () => {
  await fill();
  const effort = noEffort();
  const store = readingsDatabase(here.storage, here.logger, { effort });
  await store.open();
  overwrite(((await lastPageOfReadings()) - 1) * 4096, Buffer.alloc(4096, 0x5a));
  await keep(store, nthCycle(1000));
  await store.close();
  expect(effort.replaced).not.toBeNull();
  expect(await readBack(path)).toHaveLength(1);
});

test('a store that has the old file open when another one replaces it writes into the new one', async () => {
  await fill();
  const slow = readingsDatabase(here.storage, here.logger);
  await slow.open();
  overwrite(0, Buffer.alloc(100));
  expect(await collect(1000)).not.toBeNull();
  await keep(slow, nthCycle(1001));
  await slow.close();
  expect(await readBack(path)).toHaveLength(2);
  expect(here.named('database_replaced')).toHaveLength(1);
});

test('a store whose sound file was moved away by hand writes into the new one', async () => {
  await fill();
  const slow = readingsDatabase(here.storage, here.logger);
  await slow.open();
  renameSync(path, here.path('moved.db'));
  expect(await collect(1000)).toBeNull();
  await keep(slow, nthCycle(1001));
  await slow.close();
  expect(await readBack(path)).toHaveLength(2);
});

test('a sound file that is moved away while a cycle is written into it: the cycle is in the new one, too', async () => {
  await fill();
  const store = readingsDatabase(here.storage, here.logger);
  const { record, readings } = nthCycle(1000);
  let moves = 0;
  await store.store(readings, () => {
    if (moves++ === 0) renameSync(path, here.path('moved.db'));
    return record;
  });
  await store.close();
  expect((await readBack(path)).map(({ record }) => record.started_at)).toEqual([nthCycle(1000).record.started_at]);
});

test('two stores that meet the same damage replace it once', async () => {
  await fill();
  overwrite(0, Buffer.alloc(100));
  const replaced = await Promise.all([collect(1000), collect(1001)]);
  expect(replaced.filter((name) => name !== null)).toHaveLength(1);
  expect(await readBack(path)).toHaveLength(2);
});

test('what turned out sound when no other process writes is not moved aside: the cycle is stored in it', async () => {
  await fill();
  const header = readFileSync(path).subarray(0, 100);
  const other = await lockDatabase(here.storage);
  overwrite(0, Buffer.alloc(100));
  const collecting = collect(1000);
  // It has seen the damage twice, and waits to be alone: no other process gets in.
  await until(async () => {
    const lock = await acquireLock(here.path('readings.lock'), 0, { mode: 'shared' });
    await lock?.release();
    return lock === null;
  });
  overwrite(0, header);
  await other.release();
  expect(await collecting).toBeNull();
  expect(here.named('database_replaced')).toEqual([]);
  expect(await readBack(path)).toHaveLength(301);
});

test('what fails like damage again and again, in a file that SQLite finds sound, is an error, and nothing is moved', async () => {
  await fill();
  const effort = noEffort();
  const store = readingsDatabase(here.storage, here.logger, { effort });
  const likeDamage = () => {
    throw databaseError(path, { code: 'SQLITE_CORRUPT', message: 'so it seems' });
  };
  await expect(store.store(nthCycle(1000).readings, likeDamage)).rejects.toMatchObject({ type: 'database_corrupt' });
  await store.close();
  expect(effort.replaced).toBeNull();
  expect(await readBack(path)).toHaveLength(300);
});

test('at the end of the cycle nothing is judged, and nothing is moved', async () => {
  await fill();
  const end = new AbortController();
  const effort = noEffort();
  const store = readingsDatabase(here.storage, here.logger, { signal: end.signal, effort });
  const lateDamage = () => {
    end.abort(new Error('the deadline'));
    throw databaseError(path, { code: 'SQLITE_CORRUPT', message: 'so it seems' });
  };
  await expect(store.store(nthCycle(1000).readings, lateDamage)).rejects.toThrow('the deadline');
  await store.close();
  expect(effort.replaced).toBeNull();
});

test('a future schema is refused, not repaired', async () => {
  await fill();
  const database = await Database.open(path, 'read-write');
  await database.exec('PRAGMA user_version = 99');
  await database.close();
  const before = statSync(path);
  await expect(collect(1000)).rejects.toMatchObject({ type: 'future_schema', permanent: true });
  expect(statSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test("another program's database is refused, not repaired", async () => {
  const database = await Database.open(path, 'create');
  await database.exec('CREATE TABLE precious (x)');
  await database.close();
  await expect(collect(1)).rejects.toMatchObject({
    type: 'future_schema',
    message: expect.stringContaining('precious') as string,
  });
});

test('a valid database without any table gets ours', async () => {
  const database = await Database.open(path, 'create');
  await database.exec('PRAGMA journal_mode = WAL; CREATE TABLE x (x); DROP TABLE x');
  await database.close();
  expect(await collect(1)).toBeNull();
  expect(await readBack(path)).toHaveLength(1);
});
