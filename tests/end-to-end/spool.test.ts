/** What the database cannot take waits in the spool and is stored exactly once, by the real collectors. */
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spooledFiles } from '../../lib/store/spool';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';
import type { RunResult } from '../support/run-command';
import { isRoot, NOBODY } from '../support/as-user';
import { until } from '../support/until';

const IMPATIENT = { storage: { busy_timeout_ms: 10 }, retry: { max_attempts: 1, base_delay_seconds: 0 } };

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: IMPATIENT });
});

const waiting = () => spooledFiles({ data_directory: home.dataDirectory });
const answerOf = ({ stdout }: RunResult) =>
  JSON.parse(stdout) as { started_at: string; readings: unknown[]; error: { type: string } | null };
const timestamps = async () =>
  (await home.query('SELECT timestamp, count(*) AS n FROM readings GROUP BY timestamp ORDER BY timestamp')).map(
    ({ timestamp, n }) => [timestamp, n],
  );

/** @returns when the cycle that could not be stored started */
async function spoolOne(command = 'collect-hue'): Promise<string> {
  const holder = await holdDatabase(home.databaseFile);
  const result = await home.run(command, ['--json']);
  await holder.release();
  expect(result.exitCode).toBe(1);
  expect(answerOf(result).error?.type).toBe('database_locked');
  return answerOf(result).started_at;
}

it('keeps the readings of both collectors, whole and private, and stores them first, with their own time', async () => {
  const first = answerOf(await home.run('collect-hue', ['--json'])).started_at;
  const spooled = [await spoolOne(), await spoolOne('collect-aqm'), await spoolOne()];
  expect(waiting()).toHaveLength(3);
  for (const file of waiting()) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(home.bridge.key);
  }
  expect(readdirSync(join(home.dataDirectory, 'spool'))).toHaveLength(3); // no temporary file beside them
  expect(home.logged('spooled')).toMatchObject([{ readings: 2 }, { readings: 8 }, { readings: 8 }]);

  const last = answerOf(await home.run('collect-hue', ['--json'])).started_at;
  expect(waiting()).toEqual([]);
  const waits = await home.query<{ ms: number }>('SELECT lock_wait_ms AS ms FROM cycles WHERE readings_spooled > 0');
  expect(waits.map(({ ms }) => ms > 0)).toEqual([true, true, true]); // the busy timeout, at least once
  expect(await timestamps()).toEqual([
    [first, 8],
    [spooled[0], 8],
    [spooled[1], 2],
    [spooled[2], 8],
    [last, 8],
  ]);
  expect(home.logged('spool_replayed')).toMatchObject([{ level: 'info', cycles: 3, readings: 18 }]);
  expect(await home.query("SELECT started_at, readings_spooled FROM cycles WHERE outcome = 'failed'")).toHaveLength(3);
});

it('at spool_max_mb says that readings are lost, and goes on as soon as the database is back', async () => {
  home.configure({ storage: { ...IMPATIENT.storage, spool_max_mb: 0.004 } });
  await home.run('collect-hue');
  await spoolOne();
  const holder = await holdDatabase(home.databaseFile);
  const { exitCode, stderr } = await home.run('collect-hue');
  await holder.release();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('8 readings are lost');
  expect(home.logged('spool_full')).toMatchObject([{ level: 'critical', readings: 8 }]);
  expect(home.logged('cycle_failed')).toHaveLength(2);
  expect(waiting()).toHaveLength(1);
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect(await timestamps()).toHaveLength(3);
});

it('a spool that fails for a moment while the database is locked: kept by a retry', async () => {
  home.configure({ ...IMPATIENT, retry: { max_attempts: 5, base_delay_seconds: 0.1 } });
  await home.run('collect-hue');
  const holder = await holdDatabase(home.databaseFile);
  const spool = join(home.dataDirectory, 'spool');
  const retried = (operation: string) => home.logged('retry').some((line) => line['operation'] === operation);
  const running = home.start('collect-hue');
  await until(() => retried('database.store'));
  rmSync(spool, { recursive: true });
  writeFileSync(spool, 'not a directory');
  await until(() => retried('spool.write'));
  rmSync(spool);
  const { exitCode, stderr } = await running.result;
  await holder.release();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('8 readings kept in the spool');
  expect(home.logged('retry_succeeded')).toMatchObject([{ operation: 'spool.write', endpoint: spool }]);
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect(await timestamps()).toHaveLength(3);
});

it('a spool that always fails while the database is locked: reports that readings are lost', async () => {
  home.configure({ ...IMPATIENT, retry: { max_attempts: 2, base_delay_seconds: 0.2 } });
  await home.run('collect-hue');
  const holder = await holdDatabase(home.databaseFile);
  const spool = join(home.dataDirectory, 'spool');
  const running = home.start('collect-hue', ['--json']);
  await until(() => home.logged('retry').length > 0);
  rmSync(spool, { recursive: true });
  writeFileSync(spool, 'not a directory');
  const result = await running.result;
  await holder.release();
  expect(result.exitCode).toBe(1);
  expect(answerOf(result).error?.type).toBe('database_locked');
  expect(result.stderr).toMatch(/is locked.*Cannot create the directory.*8 readings are lost\.\n/);
  expect(home.logged('retry_exhausted')).toMatchObject([
    { operation: 'database.store', attempts: 3 },
    { operation: 'spool.write', attempts: 3, error_type: 'file_system' },
  ]);
});

it('a spool that cannot be used does not prevent storing', async () => {
  await home.run('collect-hue');
  const spool = join(home.dataDirectory, 'spool');
  rmSync(spool, { recursive: true });
  writeFileSync(spool, 'not a directory');
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect(await timestamps()).toHaveLength(2);
  expect(home.logged('not_writable')).toMatchObject([{ level: 'warning' }]);
});

(isRoot ? describe : describe.skip)(`as another user${isRoot ? '' : ' (skipped: needs root to become one)'}`, () => {
  const asNobody = { uid: NOBODY };
  const give = (path: string, mode: number) => {
    chownSync(path, NOBODY, NOBODY);
    chmodSync(path, mode);
  };
  beforeEach(() => {
    mkdirSync(home.logDirectory);
    mkdirSync(home.dataDirectory);
    give(home.logDirectory, 0o755);
    give(home.dataDirectory, 0o755);
    give(home.secretsFile, 0o600);
  });

  it('a read-only database: the readings are spooled, and stored when it is writable again', async () => {
    expect((await home.run('collect-hue', [], asNobody)).exitCode).toBe(0);
    chownSync(home.databaseFile, 0, 0);
    chmodSync(home.databaseFile, 0o444);
    const { exitCode, stderr } = await home.run('collect-hue', [], asNobody);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('8 readings kept in the spool');
    expect(stderr).toContain('chown');
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'database_readonly' }]);
    expect(home.logged('retry')).toEqual([]);
    give(home.databaseFile, 0o600);
    expect((await home.run('collect-hue', [], asNobody)).exitCode).toBe(0);
    expect(await timestamps()).toHaveLength(3);
  });

  it.each(['-wal', '-shm'])('a %s that belongs to another user: spooled, and the file named', async (suffix) => {
    expect((await home.run('collect-hue', [], asNobody)).exitCode).toBe(0);
    writeFileSync(`${home.databaseFile}${suffix}`, '', { mode: 0o644 });
    const { exitCode, stderr } = await home.run('collect-hue', [], asNobody);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`readings.db${suffix}, which belongs to user 0`);
    expect(waiting()).toHaveLength(1);
  });

  it('a data directory that cannot be written: the device is not asked', async () => {
    chownSync(home.dataDirectory, 0, 0);
    const { exitCode, stdout, stderr } = await home.run('collect-hue', ['--json'], asNobody);
    expect(exitCode).toBe(1);
    expect(home.bridge.requests).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 1, outcome: 'failed', readings: [] });
    expect(stderr).toContain(home.dataDirectory);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    expect(home.logged('cycle_failed')).toMatchObject([{ level: 'error' }]);
    expect(readdirSync(home.dataDirectory)).toEqual([]);
  });

  it('an existing database in a directory that became read-only: the device is not asked', async () => {
    expect((await home.run('collect-hue', [], asNobody)).exitCode).toBe(0);
    chownSync(home.dataDirectory, 0, 0);
    chownSync(home.databaseFile, 0, 0);
    chownSync(join(home.dataDirectory, 'spool'), 0, 0);
    home.bridge.requests.length = 0;
    const { exitCode } = await home.run('collect-hue', [], asNobody);
    expect([exitCode, home.bridge.requests]).toEqual([1, []]);
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'database_readonly' }]);
  });
});
