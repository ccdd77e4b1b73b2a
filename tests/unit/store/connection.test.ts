import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { Database } from '../../../lib/store/database';
import { checked } from '../../../lib/store/driver';
import { refuseNetworkFileSystem } from '../../../lib/store/files';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { isRoot, NOBODY } from '../../support/as-user';
import { runChild } from '../../support/child';
import { nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
let path: string;
beforeEach(async () => {
  here = await scratch({ wal_autocheckpoint_pages: 7 });
  path = here.path('readings.db');
});
afterEach(() => here.remove());

async function collect(n: number): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  try {
    await store.store(nthCycle(n));
  } finally {
    await store.close();
  }
}

test('a new database appears whole: in WAL mode, of our version, with nothing beside it', async () => {
  await collect(1);
  expect(await query(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await query(path, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(await query(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  // Only a connection for writing takes the side files away when it is the last one.
  await collect(2);
  expect(readdirSync(here.storage.data_directory)).toEqual(['readings.db', 'readings.lock']);
});

test('WAL is verified at each opening, and said', async () => {
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

test.each([0o600, 0o664])('all three files have the mode %o, whatever the umask', async (file_mode) => {
  const before = process.umask(0o077);
  try {
    await collect(0);
    here.storage.file_mode = file_mode;
    const store = readingsDatabase(here.storage, here.logger);
    await store.store(nthCycle(1));
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

test('a lock that is let go in time is waited for, and the wait is recorded', async () => {
  await collect(1);
  const holder = await Database.open(path, 'read-write');
  await holder.exec('BEGIN IMMEDIATE');
  const collecting = collect(2);
  setTimeout(() => void holder.close(), 300);
  await collecting;
  const waited = Number(here.named('lock_waited')[0]?.fields['ms']);
  expect(waited).toBeGreaterThan(100);
  const [row] = await query(path, 'SELECT lock_wait_ms FROM cycles ORDER BY started_at DESC');
  expect(row).toEqual({ lock_wait_ms: waited });
});

test('the lock is held before the first row is written, so that nobody comes in between', async () => {
  await collect(1);
  const other = await Database.open(path, 'read-write');
  other.setBusyTimeout(0);
  const store = readingsDatabase(here.storage, here.logger);
  let meanwhile: Promise<unknown> = Promise.resolve('never asked');
  await store.store(nthCycle(2), () => {
    meanwhile = other.exec('BEGIN IMMEDIATE; ROLLBACK').catch((thrown: unknown) => thrown);
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
  const store = readingsDatabase(here.storage, here.logger, end.signal);
  const storing = store.store(nthCycle(2));
  end.abort();
  await expect(storing).rejects.toMatchObject({ type: 'database_locked' });
  await holder.close();
});

const rootTest = isRoot ? test : test.skip;

rootTest("as root, all files take their directory's owner (needs root)", async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  const store = readingsDatabase(here.storage, here.logger);
  await store.store(nthCycle(1));
  const owners = readdirSync(here.storage.data_directory).map((name) => statSync(here.path(name)).uid);
  await store.close();
  expect(owners).toEqual([NOBODY, NOBODY, NOBODY, NOBODY]);
});

rootTest('side files of another owner: the error names them and the command (needs root)', async () => {
  chownSync(here.storage.data_directory, NOBODY, NOBODY);
  const store = readingsDatabase(here.storage, here.logger);
  await store.store(nthCycle(1));
  for (const suffix of ['-wal', '-shm']) copyFileSync(path + suffix, here.path(`kept${suffix}`));
  await store.close();
  for (const suffix of ['-wal', '-shm']) {
    copyFileSync(here.path(`kept${suffix}`), path + suffix);
    chownSync(path + suffix, 0, 0); // from Node.js 22 on a copy that root makes keeps its owner
    chmodSync(path + suffix, 0o644);
  }
  const { stdout } = await runChild('store-cycle', [here.storage.data_directory, '2'], { uid: NOBODY });
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'database_readonly',
    permanent: true,
    message: expect.stringMatching(/readings\.db-wal, which belongs to user 0: permission denied/) as string,
    remediation: expect.stringMatching(/^Give it .*sudo chown --reference='.*' '.*readings\.db-wal'/) as string,
  });
  // Nothing was deleted, and with the owner mended all goes on.
  for (const suffix of ['-wal', '-shm']) chownSync(path + suffix, NOBODY, NOBODY);
  const { stdout: mended } = await runChild('store-cycle', [here.storage.data_directory, '2'], { uid: NOBODY });
  expect(JSON.parse(mended)).toMatchObject({ stored: 2 });
});

rootTest('a read-only directory: the error names it and the command (needs root)', async () => {
  mkdirSync(here.path('data'), { mode: 0o755 });
  const { stdout } = await runChild('store-cycle', [here.path('data'), '1'], { uid: NOBODY });
  expect(JSON.parse(stdout)).toMatchObject({ message: expect.stringContaining('permission denied') as string });
});
