import { chownSync, existsSync, readdirSync, statSync } from 'node:fs';
import { Database } from '../../../lib/store/database';
import { checked } from '../../../lib/store/driver';
import { refuseNetworkFileSystem } from '../../../lib/store/files';
import { SCHEMA_VERSION } from '../../../lib/store/schema';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { isRoot, NOBODY } from '../../support/as-user';
import { keep, nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
let path: string;
beforeEach(() => {
  here = scratch({ wal_autocheckpoint_pages: 7 });
  path = here.path('readings.db');
});

async function collect(n: number): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  try {
    await keep(store, nthCycle(n));
  } finally {
    await store.close();
  }
}

test('a new database appears whole: in WAL mode, of our version, with nothing next to it', async () => {
  await collect(1);
  expect(await query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }]);
  expect(await query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  // Only a connection for writing takes the side files away when it is the last one.
  await collect(2);
  expect(readdirSync(here.storage.data_directory)).toEqual(['readings.db', 'readings.lock']);
});

test('WAL is verified at each opening, and logged', async () => {
  await collect(1);
  await collect(2);
  expect(here.named('wal_verified')).toHaveLength(2);
  expect(here.named('wal_verified')[1]).toMatchObject({
    level: 'info',
    fields: { journal_mode: 'wal', wal_autocheckpoint: 7, synchronous: 'full', sqlite_version: '3.52.0' },
  });
});

test('a database in another journal mode is brought to WAL', async () => {
  await collect(1);
  const database = await Database.open(path, 'read-write');
  await database.exec('PRAGMA journal_mode = DELETE');
  await database.close();
  await collect(2);
  expect(await query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
});

test.each([0o600, 0o664])('all three files have the mode %o, with any umask', async (file_mode) => {
  const before = process.umask(0o077);
  try {
    await collect(0);
    here.storage.file_mode = file_mode;
    const store = readingsDatabase(here.storage, here.logger);
    await keep(store, nthCycle(1));
    const modes = ['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777);
    await store.close();
    expect(modes).toEqual([file_mode, file_mode, file_mode]);
  } finally {
    process.umask(before);
  }
});

test('a missing data directory is made', async () => {
  here.storage.data_directory = here.path('deep/er');
  await collect(1);
  expect(existsSync(here.path('deep/er/readings.db'))).toBe(true);
});

test('a network file system is refused, a local one not', () => {
  expect(() => refuseNetworkFileSystem('/data', () => ({ type: 0x6969 }))).toThrow(/network file system \(NFS\)/);
  expect(() => refuseNetworkFileSystem('/data', () => ({ type: -11317950 }))).toThrow(/CIFS/);
  expect(() => refuseNetworkFileSystem('/data', () => ({ type: 0xef53 }))).not.toThrow();
});

test('a version of SQLite with the WAL-reset bug is refused', () => {
  expect(() => checked({ VERSION: '3.51.2', VERSION_NUMBER: 3_051_002 })).toThrow(/3\.51\.2 can corrupt/);
  expect(checked({ VERSION: '3.51.3', VERSION_NUMBER: 3_051_003 })).toBeTruthy();
});

test('a lock that is held longer than the busy timeout is a transient error that names the remedy', async () => {
  await collect(1);
  here.storage.busy_timeout_ms = 50;
  const holder = await Database.open(path, 'read-write');
  await holder.exec('BEGIN IMMEDIATE');
  await expect(collect(2)).rejects.toMatchObject({
    type: 'database_locked',
    permanent: false,
    remediation: expect.stringContaining('fuser') as string,
  });
  await holder.close();
  await collect(2);
  expect(await readBack(path)).toHaveLength(2);
});

test('the lock is held before the first row is written, so that no other process comes in between', async () => {
  await collect(1);
  const other = await Database.open(path, 'read-write');
  other.setBusyTimeout(0);
  const store = readingsDatabase(here.storage, here.logger);
  let meanwhile: Promise<unknown> = Promise.resolve('never asked');
  const { record, readings } = nthCycle(2);
  await store.store(readings, () => {
    meanwhile = other.exec('BEGIN IMMEDIATE; ROLLBACK').catch((thrown: unknown) => thrown);
    return record;
  });
  expect(await meanwhile).toMatchObject({ type: 'database_locked' });
  await Promise.all([other.close(), store.close()]);
});

test('the end of the cycle ends the waiting', async () => {
  await collect(1);
  here.storage.busy_timeout_ms = 600_000;
  const holder = await Database.open(path, 'read-write');
  await holder.exec('BEGIN IMMEDIATE');
  const end = new AbortController();
  const store = readingsDatabase(here.storage, here.logger, { signal: end.signal });
  const storing = keep(store, nthCycle(2));
  end.abort();
  await expect(storing).rejects.toMatchObject({ type: 'database_locked' });
  await holder.close();
});

const rootTest = isRoot ? test : test.skip;

rootTest("as root, all files take their directory's owner (needs root)", async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  const store = readingsDatabase(here.storage, here.logger);
  await keep(store, nthCycle(1));
  const owners = readdirSync(here.storage.data_directory).map((name) => statSync(here.path(name)).uid);
  await store.close();
  expect(owners).toEqual([NOBODY, NOBODY, NOBODY, NOBODY]);
});
