import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { Database } from '../../../lib/store/database';
import { proveWritable } from '../../../lib/store/prove-writable';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { isRoot, NOBODY } from '../../support/as-user';
import { runChild } from '../../support/child';
import { keep, nthCycle } from '../../support/cycles';
import { scratch, type Scratch } from '../../support/storage';

let here: Scratch;
beforeEach(() => {
  here = scratch();
});

const prove = () => proveWritable(here.storage, here.logger);

async function collect(): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  await keep(store, nthCycle(1));
  await store.close();
}

test('makes the directories, leaves no file, creates no database', () => {
  here.storage.data_directory = here.path('data');
  prove();
  expect(readdirSync(here.path('data'))).toEqual(['spool']);
  expect(readdirSync(here.path('data/spool'))).toEqual([]);
  expect(here.events).toEqual([]);
});

test('a database that can be written passes', async () => {
  await collect();
  prove();
  expect(here.named('not_writable')).toEqual([]);
});

test.each(['', 'This is a text. '.repeat(100)])('a damaged database passes: the store will replace it', (content) => {
  writeFileSync(here.path('readings.db'), content);
  prove();
  expect(here.events).toEqual([]);
});

test('a future schema is refused before any device is asked', async () => {
  await collect();
  const database = await Database.open(here.path('readings.db'), 'read-write');
  await database.exec('PRAGMA user_version = 99');
  await database.close();
  expect(prove).toThrow(/schema version 99.*nothing was touched/);
});

test('a file where the data directory should be is refused, with the command to look', () => {
  writeFileSync(here.path('data'), '');
  here.storage.data_directory = here.path('data');
  expect(prove).toThrow(/not a directory|something else of that name/);
});

const rootTest = isRoot ? test : test.skip;

/** As another user: access(2) asks for the real one, so that another process is needed. */
async function proveAsNobody(): Promise<unknown> {
  const { stdout } = await runChild('prove-writable', [here.storage.data_directory], { uid: NOBODY });
  return JSON.parse(stdout);
}

rootTest('neither database nor spool can be written: refused (needs root)', async () => {
  chmodSync(here.storage.data_directory, 0o755);
  expect(await proveAsNobody()).toMatchObject({
    error: {
      type: 'database_readonly',
      permanent: true,
      message: expect.stringContaining('permission denied (EACCES)') as string,
      remediation: expect.stringContaining(`sudo chown ${NOBODY}`) as string,
    },
  });
});

rootTest('a read-only database, but a spool: goes on with a warning (needs root)', async () => {
  await collect();
  chmodSync(here.path('readings.db'), 0o444);
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  expect(await proveAsNobody()).toEqual({
    warnings: [
      expect.stringMatching(/the database cannot be written: .*readings\.db, which belongs to user 0/) as string,
    ],
  });
});

rootTest('a database, but no spool: goes on with a warning (needs root)', async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  mkdirSync(here.path('spool'), { mode: 0o755 });
  expect(await proveAsNobody()).toEqual({
    warnings: [expect.stringContaining('the spool cannot be written') as string],
  });
  expect(existsSync(here.path('.write-test'))).toBe(false);
});
