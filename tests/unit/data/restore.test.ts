/** `data restore`: the backup is there, the old database is kept whole, and no log is played into the wrong one. */
import { copyFileSync, existsSync, linkSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { restore } from '../../../lib/data/restore';
import { Database } from '../../../lib/store/database';
import { MIGRATIONS } from '../../../lib/store/schema';
import { nthCycle } from '../../support/cycles';
import { dataHome, type DataHome } from '../../support/data';
import { query, readBack } from '../../support/storage';
import { failureOf } from '../../support/thrown';

const cycles = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => nthCycle(from + n));

let own: DataHome;
let backup: string;
beforeEach(async () => {
  own = await dataHome(cycles(0, 40));
  const before = await dataHome(cycles(0, 30));
  backup = before.database;
});

const keptIn = (home: DataHome) =>
  readdirSync(home.path('.')).filter((name) => /^readings\.db\.before-restore-\d{8}T\d{9}Z/.test(name));

it('puts the backup in its place and keeps the old one, which can be restored and merged', async () => {
  const old = await readBack(own.database);
  const wanted = await readBack(backup);
  const { exitCode, lines, details } = await restore(backup, own.context);
  expect(exitCode).toBe(0);
  expect(await readBack(own.database)).toEqual(wanted);
  const [kept = ''] = keptIn(own);
  expect(details).toMatchObject({ readings: 60, cycles: 30, kept: own.path(kept) });
  expect(lines.join('\n')).toContain(`data restore ${own.path(kept)}`);
  expect(lines.join('\n')).toContain(`data merge ${own.path(kept)}`);
  await own.keep(nthCycle(50)); // the next cycle goes on with it
  await restore(own.path(kept), own.context);
  expect(await readBack(own.database)).toEqual(old);
});

it('is made where there is no database yet, in WAL mode and with the configured mode', async () => {
  const fresh = await dataHome();
  expect((await restore(backup, fresh.context)).details).toMatchObject({ kept: null });
  expect(readFileSync(fresh.database)[18]).toBe(2);
  expect(readdirSync(fresh.path('.')).sort()).toEqual(['readings.db', 'readings.lock']);
  expect(await fresh.readings()).toBe(60);
});

describe('a live log of the old database', () => {
  /** The state of a power cut: cycles that are only in the log. */
  async function withLiveLog(): Promise<void> {
    const writer = await Database.open(own.database, 'read-write');
    await writer.exec('PRAGMA wal_autocheckpoint = 0; UPDATE cycle SET retries = 7');
    for (const part of ['', '-wal']) copyFileSync(own.database + part, own.path(`copy${part}`));
    await writer.close();
    for (const part of ['', '-wal']) copyFileSync(own.path(`copy${part}`), own.database + part);
  }

  it('stays with the old one', async () => {
    await withLiveLog();
    await restore(backup, own.context);
    expect(await readBack(own.database)).toEqual(await readBack(backup));
    const [kept = ''] = keptIn(own);
    expect(await query(own.path(kept), 'SELECT DISTINCT retries FROM cycles')).toEqual([{ retries: 7 }]);
  });

  it('beside a backup that somebody copied over the database is not played into what is restored', async () => {
    await withLiveLog();
    copyFileSync(backup, own.database);
    await restore(backup, own.context);
    expect(await readBack(own.database)).toEqual(await readBack(backup));
    expect(await query(own.database, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('of a damaged database is kept with it', async () => {
    await withLiveLog();
    writeFileSync(own.database, 'not a database');
    const wal = readFileSync(`${own.database}-wal`);
    await restore(backup, own.context);
    const [kept = '', log = ''] = keptIn(own).sort();
    expect(readFileSync(own.path(kept), 'utf8')).toBe('not a database');
    expect(log).toBe(`${kept}-wal`);
    expect(existsSync(`${own.database}-wal`)).toBe(false);
    expect(readFileSync(own.path(log)).equals(wal)).toBe(true);
    expect(await own.readings()).toBe(60);
  });
});

describe('broken off before the backup got its name', () => {
  const kept = () => own.path('readings.db.before-restore-20260101T000000000Z');

  it('leaves a second name of the database, which the next cycle takes back', async () => {
    linkSync(own.database, kept());
    await own.keep(nthCycle(60));
    expect(keptIn(own)).toEqual([]);
    expect(await own.cycles()).toBe(41);
  });

  it('keeps the name if the log of a damaged database is only there, and an older database', async () => {
    linkSync(own.database, kept());
    writeFileSync(`${kept()}-wal`, 'what the damaged one lacks');
    copyFileSync(own.database, own.path('readings.db.before-restore-20250101T000000000Z'));
    await own.keep(nthCycle(60));
    expect(keptIn(own)).toHaveLength(3);
  });
});

it('takes the place of the database of a newer version', async () => {
  const database = await Database.open(own.database, 'read-write');
  await database.exec('PRAGMA user_version = 99');
  await database.close();
  await restore(backup, own.context);
  expect(await own.readings()).toBe(60);
});

it('of an older version is migrated by the next cycle', async () => {
  const older = own.path('older.db');
  const database = await Database.open(older, 'create');
  await database.exec(`${MIGRATIONS[0] ?? ''}; PRAGMA user_version = 1`);
  await database.close();
  await restore(older, own.context);
  await own.keep(nthCycle(1));
  expect(await query(own.database, 'PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length }]);
});

describe('is refused, and changes nothing', () => {
  const unchanged = async (file: string, type: string, message: RegExp) => {
    const before = { files: readdirSync(own.path('.')), cycles: await readBack(own.database) };
    const failure = await failureOf(restore(file, own.context));
    expect(failure).toMatchObject({ type, message: expect.stringMatching(message) as string });
    expect(readdirSync(own.path('.')).filter((name) => !name.startsWith('readings.db-'))).toEqual(
      before.files.filter((name) => !name.startsWith('readings.db-')),
    );
    expect(await readBack(own.database)).toEqual(before.cycles);
    return failure;
  };

  it('for a backup with a damaged page, naming merge', async () => {
    const bytes = readFileSync(backup);
    bytes.fill(0x5a, 3 * 4096, 4 * 4096);
    writeFileSync(backup, bytes);
    const failure = await unchanged(backup, 'refused', /is not whole/);
    expect(failure).toMatchObject({ remedy: { command: `data merge ${backup}` } });
  });

  it('for one whose index does not agree with its table', async () => {
    const database = await Database.open(backup, 'read-write');
    await database.exec(
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_cycle_1'; PRAGMA writable_schema = OFF",
    );
    await database.close();
    await unchanged(backup, 'refused', /is not whole/);
  });

  it.each([
    ['a file that is not there', () => undefined, 'file_system', /no such file/],
    ['an empty file', (path: string) => writeFileSync(path, ''), 'refused', /holds no tables/],
    ['a text', (path: string) => writeFileSync(path, 'a text'), 'refused', /is not whole/],
  ])('for %s', async (_, make, type, message) => {
    make(own.path('other'));
    await unchanged(own.path('other'), type, message);
  });

  it('for the database itself', () => unchanged(own.database, 'usage', /is the database of the collectors itself/));

  it('while another program is in the middle of reading', async () => {
    own.context.storage.busy_timeout_ms = 50;
    const reader = await Database.open(own.database, 'read-only');
    await reader.exec('BEGIN; SELECT count(*) FROM cycle');
    await own.keep(nthCycle(70)); // so that there is something that the reader does not see
    await unchanged(backup, 'database_locked', /Another program is reading/);
    await reader.close();
    expect(readdirSync(own.path('.')).filter((name) => name.includes('temporary'))).toEqual([]);
  });

  it('in a dry run, which says what the file holds', async () => {
    const before = readdirSync(own.path('.'));
    const { lines } = await restore(backup, { ...own.context, dryRun: true });
    expect(lines[0]).toContain('60 readings of 30 cycles, whole. Nothing was changed.');
    expect(readdirSync(own.path('.'))).toEqual(before);
  });
});
