import { chmodSync, readdirSync, statSync } from 'node:fs';
import { Database } from '../../../lib/store/database';
import { migrate, MIGRATIONS } from '../../../lib/store/migrations';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { SCHEMA_VERSION } from '../../../lib/store/schema';
import { nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

const NEXT = [...MIGRATIONS, 'ALTER TABLE device ADD COLUMN colour TEXT', 'CREATE TABLE third (x)'];

let here: Scratch;
let path: string;
beforeEach(async () => {
  here = scratch();
  path = here.path('readings.db');
  const store = readingsDatabase(here.storage, here.logger);
  await store.store(nthCycle(1));
  await store.close();
});

async function migrateTo(migrations: readonly string[]): Promise<void> {
  const database = await Database.open(path, 'read-write');
  try {
    await migrate(database, 0o640, migrations);
  } finally {
    await database.close();
  }
}

const backups = () => readdirSync(here.storage.data_directory).filter((name) => name.includes('version'));

test('the number of migrations is the version', () => {
  expect(MIGRATIONS).toHaveLength(SCHEMA_VERSION);
});

test('each step is made once, with a whole backup of the version before', async () => {
  await migrateTo(NEXT);
  await migrateTo(NEXT);
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: 3 }]);
  expect(await query(path, 'SELECT colour FROM device')).toHaveLength(2);
  expect(backups()).toEqual([
    expect.stringMatching(/^readings\.db\.version-1-\d{8}T\d{9}Z$/),
    expect.stringMatching(/^readings\.db\.version-2-\d{8}T\d{9}Z$/),
  ]);
  const first = here.path(backups()[0] ?? '');
  expect(statSync(first).mode & 0o777).toBe(0o640);
  expect(await query(first, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(await readBack(first)).toEqual(await readBack(path));
});

test('a step that fails changes nothing, and leaves the backup', async () => {
  await expect(migrateTo([...MIGRATIONS, 'CREATE TABLE second (x); SELECT nonsense'])).rejects.toThrow('nonsense');
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(await query(path, "SELECT * FROM sqlite_schema WHERE name = 'second'")).toEqual([]);
  expect(backups()).toHaveLength(1);
});

test('without a backup there is no step, and no half of one stays', async () => {
  const database = await Database.open(path, 'read-write');
  // Somebody removed the directory's path to the backup: VACUUM INTO cannot create its file.
  Object.assign(database, { path: here.path('missing/readings.db') });
  await expect(migrate(database, 0o600, NEXT)).rejects.toMatchObject({ type: 'database_readonly' });
  await database.close();
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
});

test('the version stands in the file itself when all connections are closed', async () => {
  await migrateTo(NEXT);
  chmodSync(path, 0o600);
  await expect(readingsDatabase(here.storage, here.logger).store(nthCycle(2))).rejects.toMatchObject({
    type: 'future_schema',
    message: expect.stringContaining('schema version 3') as string,
  });
});
