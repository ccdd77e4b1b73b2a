import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { MonitorError } from '../../../lib/errors';
import { refuseUnmounted } from '../../../lib/store/data-directory';
import { Database } from '../../../lib/store/database';
import { proveDatabaseFiles, proveNewDatabase, proveSpool, proveWritable } from '../../../lib/store/prove-writable';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { isRoot, NOBODY } from '../../support/as-user';
import { runChild } from '../../support/child';
import { keep, nthCycle } from '../../support/cycles';
import { query, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
beforeEach(() => {
  here = scratch();
});

const unasked = () => Promise.reject(new Error('the database is not asked as long as there is a spool'));
const prove = () => proveWritable(here.storage, here.logger, unasked);

async function proveRow(): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  try {
    await store.prove();
  } finally {
    await store.close();
  }
}

async function collect(): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  await keep(store, nthCycle(1));
  await store.close();
}

async function sql(statements: string): Promise<void> {
  const database = await Database.open(here.path('readings.db'), 'read-write');
  await database.exec(statements);
  await database.close();
}

test('makes the directories, leaves no file, creates no database', async () => {
  here.storage.data_directory = here.path('data');
  await prove();
  expect(readdirSync(here.path('data'))).toEqual(['spool']);
  expect(readdirSync(here.path('data/spool'))).toEqual([]);
  expect(here.events).toEqual([]);
});

test('a trial cycle is stored with all of its rows, and nothing of it stays', async () => {
  await collect();
  const count =
    'SELECT (SELECT count(*) FROM word) + (SELECT count(*) FROM cycles) + (SELECT count(*) FROM readings) AS n';
  const before = await query(here.path('readings.db'), count);
  await prove();
  await proveRow();
  expect(await query(here.path('readings.db'), count)).toEqual(before);
  expect(here.named('not_writable')).toEqual([]);
});

test.each(['', 'This is a text. '.repeat(100)])(
  'a damaged database passes: the store will replace it',
  async (content) => {
    writeFileSync(here.path('readings.db'), content);
    await prove();
    expect(here.events).toEqual([]);
  },
);

test('a future schema is refused before any device is asked', async () => {
  await collect();
  await sql('PRAGMA user_version = 99');
  await expect(prove()).rejects.toThrow(/schema version 99.*nothing was touched/);
});

test.each([
  ['a dropped table', 'DROP TABLE device', /tables were changed.*no such table: main\.device|no such table: device/],
  [
    'a trigger that refuses',
    "CREATE TRIGGER no BEFORE INSERT ON reading BEGIN SELECT RAISE(ABORT, 'mine'); END",
    /tables were changed.*mine/,
  ],
])('%s is found by the trial cycle, and what waits in the spool goes on waiting', async (_name, change, says) => {
  await collect();
  await sql(change);
  await expect(proveRow()).rejects.toThrow(says);
});

test('without a spool the trial cycle decides, and a lost database is refused', async () => {
  writeFileSync(here.path('spool'), 'in the way');
  const lost = new MonitorError('no row', { type: 'database_io' });
  await expect(proveWritable(here.storage, here.logger, () => Promise.reject(lost))).rejects.toBe(lost);
  await proveWritable(here.storage, here.logger, () => Promise.resolve());
  expect(here.named('not_writable')).toHaveLength(1);
});

test('a data directory that is a link to nothing is refused with its reason', async () => {
  const disk = here.path('disk');
  here.storage.data_directory = here.path('data');
  symlinkSync(disk, here.storage.data_directory);
  await expect(prove()).rejects.toThrow(/data is a symbolic link to .*disk, which is not there/);
  mkdirSync(disk);
  await prove();
});

test('a new database is tried in a folder of its own, of which nothing stays, also after a failure', async () => {
  await proveNewDatabase(here.storage, here.storage.data_directory);
  expect(readdirSync(here.storage.data_directory)).toEqual([]);
  here.storage.file_mode = 0o444; // no process may write such a database
  if (!isRoot) await expect(proveNewDatabase(here.storage, here.storage.data_directory)).rejects.toThrow();
  expect(readdirSync(here.storage.data_directory)).toEqual([]);
});

test.each([
  ['on a disk of its own', true, 2, undefined],
  ['on the disk of /', true, 1, 'not_mounted'],
  ['on the disk of /, not required', false, 1, undefined],
])('require_mount: %s', (_name, require_mount, device, type) => {
  const storage = { data_directory: here.path('not/yet'), require_mount };
  const refuse = () => refuseUnmounted(storage, (path) => (path === '/' ? 1 : device));
  if (type === undefined) refuse();
  else expect(refuse).toThrow(expect.objectContaining({ type }) as Error);
});

test('require_mount: a link to a disk that is not there counts as this disk', () => {
  const link = here.path('data');
  symlinkSync('/mnt/not/there', link);
  const storage = { data_directory: link, require_mount: true };
  expect(() => refuseUnmounted(storage)).toThrow(/not on a disk of its own/);
});

const rootTest = isRoot ? test : test.skip;

/** As another user: access(2) asks for the real one, so that another process is needed. */
async function proveAsNobody(): Promise<unknown> {
  const { stdout } = await runChild('prove-writable', [here.storage.data_directory], { uid: NOBODY });
  return JSON.parse(stdout);
}

rootTest('files of another user: refused with ONE command for the whole folder (needs root)', async () => {
  chmodSync(here.storage.data_directory, 0o755);
  await collect();
  mkdirSync(here.path('spool'));
  const data = here.storage.data_directory;
  const remediation = `Give all of it to the user of the collectors (user ${NOBODY}): sudo chown -R ${NOBODY} '${data}' && chmod -R u+rwX '${data}'`;
  expect(await proveAsNobody()).toMatchObject({
    error: {
      type: 'database_readonly',
      permanent: true,
      message: expect.stringContaining('permission denied (EACCES)') as string,
      remediation,
    },
  });
  for (const file of [data, here.path('readings.lock'), here.path('spool')]) {
    chownSync(file, 0, 0);
    spawnSync('sh', ['-c', remediation.replace(/^.*?: sudo/, '')]); // what the sentence says
    expect(await proveAsNobody()).toEqual({ warnings: [] });
  }
});

rootTest('a lock or a database of another user, but a spool: goes on with a warning (needs root)', async () => {
  await collect();
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  expect(await proveAsNobody()).toEqual({
    warnings: [expect.stringMatching(/the database cannot be written: Cannot lock .*readings\.lock: permission/)],
  });
  rmSync(here.path('readings.lock'));
  chmodSync(here.path('readings.db'), 0o444);
  expect(await proveAsNobody()).toEqual({
    warnings: [expect.stringMatching(/the database cannot be written: .*readings\.db, which belongs to user 0/)],
  });
});

rootTest('a database, but no spool: goes on with a warning (needs root)', async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  mkdirSync(here.path('spool'), { mode: 0o755 });
  expect(await proveAsNobody()).toEqual({
    warnings: [expect.stringContaining('the spool cannot be written')],
  });
  expect(existsSync(here.path('.write-test'))).toBe(false);
});

test('neither proof leaves its files, and each accepts those of a killed one', () => {
  for (const name of ['.write-test', '.write-test.renamed']) writeFileSync(here.path(name), 'half');
  proveDatabaseFiles(here.storage);
  proveSpool(here.storage);
  expect(readdirSync(here.storage.data_directory)).toEqual(['spool']);
});
