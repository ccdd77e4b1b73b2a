/** A WAL next to a sound database, in several states: none of them is a reason to move the database aside. */
import { copyFileSync, utimesSync, writeFileSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import { Database } from '../../../lib/store/database';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { noEffort } from '../../../lib/store/store';
import { keep, nthCycle } from '../../support/cycles';
import { query, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
let path: string;
beforeEach(() => {
  here = scratch({ wal_autocheckpoint_pages: 100_000 });
  path = here.path('readings.db');
});

async function collect(first: number, cycles = 1): Promise<string | null> {
  const effort = noEffort();
  const store = readingsDatabase(here.storage, here.logger, { effort });
  for (let n = first; n < first + cycles; n++) await keep(store, nthCycle(n));
  await store.close();
  return effort.replaced;
}

/** Leaves the WAL of these cycles next to the database, as a killed process does, after a checkpoint or before one. */
async function killedAfter(first: number, cycles: number, isCheckpointed = false): Promise<void> {
  const other = await Database.open(path, 'read-write');
  await other.exec('SELECT count(*) FROM cycles'); // so that closing does not take the WAL away
  await collect(first, cycles);
  if (isCheckpointed) await other.exec('PRAGMA wal_checkpoint(PASSIVE)');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, here.path(`kept${suffix}`));
  await other.close();
  // What was written last is the newer file.
  for (const suffix of isCheckpointed ? ['-wal', ''] : ['', '-wal'])
    copyFileSync(here.path(`kept${suffix}`), path + suffix);
}

const cyclesIn = async (file: string) => (await query<{ n: number }>(file, 'SELECT count(*) AS n FROM cycles'))[0]?.n;

test.each([
  ['no checkpoint', false],
  ['a checkpoint', true],
])('its own WAL, left by a killed process after %s, is played in', async (_, isCheckpointed) => {
  await collect(0, 3);
  await killedAfter(100, 40, isCheckpointed);
  expect(await collect(1000)).toBeNull();
  expect(await cyclesIn(path)).toBe(44);
});

test('a file that is not a WAL is ignored, by SQLite and by us', async () => {
  await collect(0, 3);
  writeFileSync(`${path}-wal`, 'left over '.repeat(1000));
  utimesSync(`${path}-wal`, new Date(0), new Date(0));
  expect(await collect(1000)).toBeNull();
  expect(await cyclesIn(path)).toBe(4);
});

/** What the package's types leave out. */
interface WithBackup {
  backup(
    file: string,
    to: string,
    from: string,
    fileIsTarget: boolean,
  ): { step(pages: number, callback: (error: Error | null) => void): void; finish(): void };
}

/** As `.restore` of SQLite's shell does: every page is written again, through the WAL. */
async function restore(backup: string, into: string): Promise<void> {
  const database = new sqlite3.Database(into) as sqlite3.Database & WithBackup;
  const copying = database.backup(backup, 'main', 'main', false);
  await new Promise<void>((resolve, reject) => {
    copying.step(-1, (error) => (error ? reject(error) : resolve()));
  });
  copying.finish();
  await new Promise<void>((resolve) => database.close(() => resolve()));
}

test("a backup restored by SQLite's own means while somebody reads is the newer state, not an older WAL", async () => {
  await collect(0, 3);
  copyFileSync(path, here.path('backup'));
  await collect(3, 20);
  const reader = await Database.open(path, 'read-only');
  await reader.exec('BEGIN; SELECT count(*) FROM cycles');
  await restore(here.path('backup'), path);
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, here.path(`kept${suffix}`));
  await reader.close();
  for (const suffix of ['', '-wal']) copyFileSync(here.path(`kept${suffix}`), path + suffix);
  expect(await collect(1000)).toBeNull();
  expect(await cyclesIn(path)).toBe(4);
});
