/** A damaged database is moved aside and kept, and a new one is started in the same run; a newer version is refused. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../lib/store/database';
import { openHome, type Home } from '../support/home';

let home: Home;
beforeEach(async () => {
  home = await openHome();
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  home.bridge.requests.length = 0;
});

const aside = () => readdirSync(home.dataDirectory).filter((name) => name.includes('.corrupt-'));

const overwrite = (offset: number, content: Buffer) => {
  const bytes = readFileSync(home.databaseFile);
  content.copy(bytes, offset);
  writeFileSync(home.databaseFile, bytes);
};

/** More cases: unit/store/replace-damaged. */
const DAMAGES: [string, () => void][] = [
  ['not a database', () => writeFileSync(home.databaseFile, 'This is a text. '.repeat(1000))],
  ['of zero length', () => truncateSync(home.databaseFile, 0)],
  ['with a zeroed header', () => overwrite(0, Buffer.alloc(100))],
  ['with all pages scrambled', () => overwrite(4096, Buffer.alloc(statSync(home.databaseFile).size - 4096, 0x5a))],
];

it.each(DAMAGES)(
  '%s: moved aside whole, exit 3, its readings in the new one, the next cycle is well',
  async (_, damage) => {
    damage();
    const bytes = readFileSync(home.databaseFile);
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(3);
    expect(stderr).not.toBe('');
    const [kept = ''] = aside();
    expect(aside()).toHaveLength(1);
    expect(kept).toMatch(/^readings\.db\.corrupt-\d{8}T\d{9}Z$/);
    expect(readFileSync(join(home.dataDirectory, kept)).equals(bytes)).toBe(true);
    expect(home.logged('database_replaced')).toMatchObject([{ level: 'critical' }]);
    expect(await home.query('SELECT outcome, exit_code, error_type, readings_stored FROM cycles')).toEqual([
      { outcome: 'partial', exit_code: 3, error_type: 'database_corrupt', readings_stored: 8 },
    ]);
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await home.query('SELECT count(*) AS n FROM readings')).toEqual([{ n: 16 }]);
    expect(aside()).toHaveLength(1);
    expect(home.bridge.requests).toHaveLength(2);
  },
);

it('a WAL that is not its own goes aside with it, and is never played into the new one', async () => {
  const other = await Database.open(home.databaseFile, 'read-write');
  await other.exec("PRAGMA wal_autocheckpoint = 0; CREATE TABLE later (x); INSERT INTO later VALUES ('old')");
  copyFileSync(`${home.databaseFile}-wal`, join(home.directory, 'kept-wal'));
  await other.close();
  overwrite(0, Buffer.alloc(100));
  copyFileSync(join(home.directory, 'kept-wal'), `${home.databaseFile}-wal`);
  expect((await home.run('collect-hue')).exitCode).toBe(3);
  expect(aside().map((name) => name.replace(/^.*Z/, ''))).toEqual(expect.arrayContaining(['', '-wal']));
  expect(await home.query("SELECT name FROM sqlite_schema WHERE name = 'later'")).toEqual([]);
});

it('an undamaged database is not moved while another program reads it, even if its time of change is wrong', async () => {
  const reader = await Database.open(home.databaseFile, 'read-only');
  await reader.exec('BEGIN; SELECT count(*) FROM cycles'); // so that no cycle can copy its WAL into it
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(home.databaseFile, tomorrow, tomorrow);
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  utimesSync(home.databaseFile, tomorrow, tomorrow);
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
  const health = await home.run('health', ['database', '--offline']);
  expect(health.stdout).not.toContain('damaged');
  await reader.close();
  expect(aside()).toEqual([]);
  expect(await home.query('SELECT count(*) AS n FROM cycles')).toEqual([{ n: 3 }]);
});

// If damage is found late, the side files may be moved aside, too.
it.each(DAMAGES.slice(0, 3))(
  '%s while both collectors start at once: replaced once, all readings kept',
  async (_, damage) => {
    damage();
    const results = await Promise.all([home.run('collect-hue'), home.run('collect-aqm')]);
    expect(results.map(({ exitCode }) => exitCode).sort()).toEqual([0, 3]);
    expect(aside()).toHaveLength(1);
    expect(home.logged('database_replaced')).toHaveLength(1);
    expect(await home.query('SELECT device_type, count(*) AS n FROM readings GROUP BY device_type')).toEqual([
      { device_type: 'alexa_aqm', n: 2 },
      { device_type: 'hue_sensor', n: 8 },
    ]);
    expect(await home.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  },
);

describe('a database of a future version', () => {
  beforeEach(async () => {
    const database = await Database.open(home.databaseFile, 'read-write');
    await database.exec('PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)');
    await database.close();
  });

  it.each(['collect-hue', 'collect-aqm'])('is refused by %s: not asked, not touched, not spooled', async (command) => {
    const before = readFileSync(home.databaseFile);
    const names = readdirSync(home.dataDirectory);
    const { exitCode, stdout, stderr } = await home.run(command, ['--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 1, error: { type: 'future_schema' } });
    expect(stderr).toContain('schema version 99');
    expect([...home.bridge.requests, ...home.cloud.requests]).toEqual([]);
    expect(readFileSync(home.databaseFile).equals(before)).toBe(true);
    expect(readdirSync(home.dataDirectory).filter((name) => !name.endsWith('.lock'))).toEqual(
      names.filter((name) => !name.endsWith('.lock')),
    );
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'future_schema' }]);
  });
});

it.each([0, 1])(
  'a database of another program (user_version %i) is refused, too, and stays as it is',
  async (version) => {
    rmSync(home.databaseFile);
    const database = await Database.open(home.databaseFile, 'create');
    await database.exec(
      `CREATE TABLE recipes (name); INSERT INTO recipes VALUES (1); PRAGMA user_version = ${version}`,
    );
    await database.close();
    const before = readFileSync(home.databaseFile);
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('another program');
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'future_schema' }]);
    expect(aside()).toEqual([]);
    expect(readFileSync(home.databaseFile).equals(before)).toBe(true);
  },
);

it('a pipe in its place does not block a cycle: the readings wait in the spool', async () => {
  rmSync(home.databaseFile);
  execFileSync('mkfifo', [home.databaseFile]);
  const { exitCode, stderr } = await home.run('collect-hue');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('8 readings kept in the spool');
  expect(aside()).toEqual([]);
});
