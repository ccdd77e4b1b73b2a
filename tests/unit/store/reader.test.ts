/** A program that only reads leaves nothing next to readings.db, and sees all that is in it. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../../lib/store/database';
import { withReader } from '../../../lib/store/reader';
import { asNobody, isRoot, NOBODY } from '../../support/as-user';
import { nthCycle } from '../../support/cycles';
import { configIn, store } from '../../support/report-home';
import { scratchDirectory } from '../../support/scratch';

const asRoot = isRoot ? test : test.skip;
const rootNote = isRoot ? '' : ' (skipped: only root can become another user)';

async function database(cycles = 3): Promise<{ path: string; folder: string }> {
  const directory = scratchDirectory();
  const config = configIn(directory);
  config.storage.file_mode = 0o644;
  await store(
    config,
    Array.from({ length: cycles }, (_, n) => nthCycle(n)),
  );
  const folder = config.storage.data_directory;
  chmodSync(folder, 0o755);
  return { path: join(folder, 'readings.db'), folder };
}

const countCycles = (path: string): Promise<number | null> =>
  withReader(path, async ([one, other]) => {
    const sql = 'SELECT count(*) AS n FROM cycles';
    const counts = [await one.get<{ n: number }>(sql), await other.get<{ n: number }>(sql)];
    expect(counts[0]).toEqual(counts[1]);
    return counts[0]?.n ?? -1;
  });

const sideFilesIn = (folder: string): string[] => readdirSync(folder).filter((name) => /-(wal|shm)$/.test(name));

/** Runs in the threads' own identity: SQLite's work happens there, so the whole process changes its user. */
async function whileNobody<T>(work: () => Promise<T>): Promise<T> {
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

test('no file, an empty file, a database without tables', async () => {
  const directory = scratchDirectory();
  const path = join(directory, 'readings.db');
  expect(await countCycles(path)).toBeNull();
  writeFileSync(path, '');
  expect(await countCycles(path)).toBeNull();
  const empty = await Database.open(path, 'read-write');
  await empty.exec('PRAGMA journal_mode = WAL; VACUUM');
  await empty.close();
  expect(await countCycles(path)).toBeNull();
});

test.each([0, 1, 75])(
  "another program's database (user_version %i) is neither empty nor read as ours",
  async (version) => {
    const path = join(scratchDirectory(), 'readings.db');
    const foreign = await Database.open(path, 'create');
    await foreign.exec(`CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = ${version}`);
    await foreign.close();
    await expect(countCycles(path)).rejects.toMatchObject({
      type: 'future_schema',
      message: expect.stringMatching(/is a database of another program \(it has "bookmarks"\)/) as string,
    });
  },
);

test('a directory in its place is reported as one', async () => {
  await expect(countCycles(scratchDirectory())).rejects.toThrow(/is a directory, where the database should be/);
});

asRoot(`another user leaves no side files in a folder that all may write${rootNote}`, async () => {
  const { path, folder } = await database();
  chmodSync(folder, 0o777);
  expect(asNobody(() => process.geteuid?.())).toBe(NOBODY);
  expect(await whileNobody(() => countCycles(path))).toBe(3);
  expect(sideFilesIn(folder)).toEqual([]);
});

asRoot(`another user sees what a collector has only in its write-ahead log${rootNote}`, async () => {
  const { path, folder } = await database();
  const writer = await Database.open(path, 'read-write');
  await writer.exec("INSERT INTO word (text) VALUES ('later')");
  const before = sideFilesIn(folder);
  expect(before).toHaveLength(2);
  for (const name of before) chmodSync(join(folder, name), 0o644);
  const words = await whileNobody(() =>
    withReader(path, ([one]) => one.all("SELECT text FROM word WHERE text = 'later'")),
  );
  expect(words).toEqual([{ text: 'later' }]);
  await writer.close();
  expect(sideFilesIn(folder)).toEqual([]);
});

test('a copy taken while a collector wrote, without its shared memory, in a folder nobody may write', async () => {
  const { path } = await database();
  const writer = await Database.open(path, 'read-write');
  await writer.exec("INSERT INTO word (text) VALUES ('later')");
  const copy = join(scratchDirectory(), 'copy');
  mkdirSync(copy);
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, join(copy, `readings.db${suffix}`));
  await writer.close();
  chmodSync(copy, 0o555);
  const ask = () =>
    withReader(join(copy, 'readings.db'), ([one]) => one.all("SELECT text FROM word WHERE text = 'later'"));
  expect(await (isRoot ? whileNobody(ask) : ask())).toEqual([{ text: 'later' }]);
  expect(readdirSync(copy).sort()).toEqual(['readings.db', 'readings.db-wal']);
});

asRoot(`work is done again if a collector changed the bare file meanwhile${rootNote}`, async () => {
  const { path } = await database();
  let runs = 0;
  const work = () => {
    runs++;
    if (runs === 1) {
      process.seteuid?.(0);
      utimesSync(path, 1, 1);
      process.seteuid?.(NOBODY);
    }
    return Promise.resolve(runs);
  };
  expect(await whileNobody(() => withReader(path, work))).toBe(2);
  const never = () => {
    runs++;
    process.seteuid?.(0);
    utimesSync(path, 1, 100 + runs);
    process.seteuid?.(NOBODY);
    return Promise.resolve();
  };
  runs = 0;
  await expect(whileNobody(() => withReader(path, never))).rejects.toMatchObject({ type: 'database_locked' });
});

test('a damaged file and one of a newer version have different errors', async () => {
  const { path } = await database();
  const newer = await Database.open(path, 'read-write');
  await newer.exec('PRAGMA user_version = 99');
  await newer.close();
  await expect(countCycles(path)).rejects.toMatchObject({ type: 'future_schema' });
  writeFileSync(path, 'no database at all, but long enough to be looked at');
  appendFileSync(path, 'x'.repeat(5000));
  await expect(countCycles(path)).rejects.toMatchObject({ type: 'database_corrupt' });
  expect(existsSync(path)).toBe(true);
});
