import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { QUANTITIES, type QuantityRow } from '../../../lib/quantities';
import { Database } from '../../../lib/store/database';
import { migrate } from '../../../lib/store/migrations';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { MIGRATIONS, migrationsOf, SCHEMA_VERSION, viewsOver } from '../../../lib/store/schema';
import { keep, nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

const NEXT = [...MIGRATIONS, 'ALTER TABLE device ADD COLUMN colour TEXT', 'CREATE TABLE third (x)'];

let here: Scratch;
let path: string;
beforeEach(async () => {
  here = scratch();
  path = here.path('readings.db');
  const store = readingsDatabase(here.storage, here.logger);
  await keep(store, nthCycle(1));
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
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION + 2 }]);
  expect(await query(path, 'SELECT colour FROM device')).toHaveLength(2);
  expect(backups()).toEqual([
    expect.stringMatching(new RegExp(`^readings\\.db\\.version-${SCHEMA_VERSION}-\\d{8}T\\d{9}Z$`)),
    expect.stringMatching(new RegExp(`^readings\\.db\\.version-${SCHEMA_VERSION + 1}-\\d{8}T\\d{9}Z$`)),
  ]);
  const first = here.path(backups()[0] ?? '');
  expect(statSync(first).mode & 0o777).toBe(0o640);
  expect(await query(first, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }]);
  expect(await readBack(first)).toEqual(await readBack(path));
});

test('a step that fails changes nothing, and leaves the backup', async () => {
  await expect(migrateTo([...MIGRATIONS, 'CREATE TABLE second (x); SELECT nonsense'])).rejects.toThrow('nonsense');
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }]);
  expect(await query(path, "SELECT * FROM sqlite_schema WHERE name = 'second'")).toEqual([]);
  expect(backups()).toHaveLength(1);
});

test('without a backup there is no step, and no half backup stays', async () => {
  const database = await Database.open(path, 'read-write');
  // Somebody removed the directory's path to the backup: VACUUM INTO cannot create its file.
  Object.assign(database, { path: here.path('missing/readings.db') });
  await expect(migrate(database, 0o600, NEXT)).rejects.toMatchObject({ type: 'database_readonly' });
  await database.close();
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }]);
});

test('the version stands in the file itself when all connections are closed', async () => {
  await migrateTo(NEXT);
  chmodSync(path, 0o600);
  await expect(keep(readingsDatabase(here.storage, here.logger), nthCycle(2))).rejects.toMatchObject({
    type: 'future_schema',
    message: expect.stringContaining(`schema version ${SCHEMA_VERSION + 2}`) as string,
  });
});

describe('a new quantity', () => {
  const co2: QuantityRow = {
    ...{ name: 'co2', title: 'CO2', short: 'CO2', unit: 'ppm', decimals: 0, better: 'lower' },
    stored: { column: 'co2', as: 'real', since: SCHEMA_VERSION + 1 },
    metric: { name: 'climate_co2_ppm', help: 'Carbon dioxide.' },
    possible: [0, 100_000],
  };
  const radon: QuantityRow = { ...co2, stored: { column: 'radon', as: 'hundredths', since: SCHEMA_VERSION + 2 } };
  const QUANTITIES_TO_COME = { ...QUANTITIES, co2_ppm: co2, radon_bqm3: radon };
  const TO_COME = migrationsOf(QUANTITIES_TO_COME);
  const columns = async (file: string) =>
    (await query<{ name: string }>(file, "SELECT name FROM pragma_table_info('readings')")).map(({ name }) => name);

  test('is a column of table and view after the step of its version, and what was stored stays', async () => {
    const before = await readBack(path);
    await migrateTo(TO_COME);
    expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION + 2 }]);
    expect((await columns(path)).slice(-4, -1)).toEqual(['co2_ppm', 'radon_bqm3', 'is_anomalous']);
    expect(await query(path, 'SELECT DISTINCT co2_ppm, radon_bqm3 FROM readings')).toEqual([
      { co2_ppm: null, radon_bqm3: null },
    ]);
    expect(await readBack(path)).toMatchObject(before);
    const [first = '', second = ''] = backups().map((name) => here.path(name));
    expect(await columns(first)).not.toContain('co2_ppm');
    expect((await columns(second)).slice(-3, -1)).toEqual(['co2_ppm', 'is_anomalous']);
  });

  test('a new database is made in all its steps, without a backup of what was never there', async () => {
    const file = here.path('new.db');
    const database = await Database.open(file, 'create');
    await migrate(database, 0o600, TO_COME);
    await database.close();
    expect(await query(file, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION + 2 }]);
    expect(await columns(file)).toContain('radon_bqm3');
    expect(readdirSync(here.storage.data_directory).filter((name) => name.startsWith('new.db.version'))).toEqual([]);
  });

  test('is NULL for a reader of an older database, which stays as it is', async () => {
    const database = await Database.open(path, 'read-only');
    try {
      await database.exec(viewsOver(SCHEMA_VERSION, QUANTITIES_TO_COME));
      const rows = await database.all('SELECT location, temperature_celsius, co2_ppm, radon_bqm3 FROM readings');
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows)
        expect(row).toMatchObject({ co2_ppm: null, radon_bqm3: null, location: expect.any(String) as string });
      expect(await database.all('SELECT DISTINCT co2, radon FROM reading')).toEqual([{ co2: null, radon: null }]);
    } finally {
      await database.close();
    }
    expect(await columns(path)).not.toContain('co2_ppm');
  });
});

/** What version 1 kept of a cycle and a reading. */
const ROWS_OF_VERSION_1 = `
  INSERT INTO word (text) VALUES ('hue'), ('ok'), ('sensors'), ('Hall');
  INSERT INTO cycle VALUES (1, 1767225600000, 1, 2, 0, 99, 1, 0, 1, NULL, 1, 1900, 3, 0, 0, NULL, NULL);
  INSERT INTO device VALUES (1, 'hue:a', 'hue_sensor', 1);
  INSERT INTO reading (cycle, device, location, age_ms, temperature, is_anomalous) VALUES (1, 1, 4, 1000, 2075, 0)`;

describe('a database of version 1', () => {
  const NEW = {
    readings: { temperature_offset_celsius: null },
    cycles: { clock_offset_seconds: null, clock: null, interval_minutes: null },
  };
  let file: string;
  beforeEach(async () => {
    file = here.path('first.db');
    const database = await Database.open(file, 'create');
    await migrate(database, 0o600, MIGRATIONS.slice(0, 1));
    await database.exec(ROWS_OF_VERSION_1);
    await database.close();
  });

  test.each(['readings', 'cycles'] as const)('keeps all in %s, with NULL for what it did not know', async (view) => {
    const [old] = await query(file, `SELECT * FROM ${view}`);
    const reader = await Database.open(file, 'read-only');
    await reader.exec(viewsOver(1));
    expect(await reader.all(`SELECT * FROM ${view}`)).toEqual([{ ...old, ...NEW[view] }]);
    await reader.close();
    const database = await Database.open(file, 'read-write');
    await migrate(database, 0o600);
    await database.close();
    const [migrated = {}] = await query(file, `SELECT * FROM ${view}`);
    expect(migrated).toEqual({ ...old, ...NEW[view] });
    expect(Object.keys(migrated)).toEqual([...Object.keys(old ?? {}), ...Object.keys(NEW[view])]);
  });
});

test('version 1 is history: what the first release made', () => {
  expect(
    createHash('sha256')
      .update(MIGRATIONS[0] ?? '')
      .digest('hex'),
  ).toBe('01fcbbf22ae195fdc0397d8c5df2f73b831efa88cf731a27527832ab688496f8');
});
