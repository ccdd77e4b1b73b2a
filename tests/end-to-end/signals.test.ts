/** SIGTERM, SIGINT and SIGHUP end a cycle cleanly: what was read is stored or spooled, and the next cycle finds no lock. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../lib/simulator/faults';
import { spooledFiles } from '../../lib/store/spool';
import { holdDatabase } from '../support/held-database';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';
import { until } from '../support/until';

/** Without the signal, none of these cycles would end before the test does. */
const ENDLESS = {
  retry: { base_delay_seconds: 60 },
  storage: { busy_timeout_ms: 120_000 },
  hue: { timeout_seconds: 300 },
  amazon_aqm: { timeout_seconds: 300 },
};

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: ENDLESS });
});

const outcomes = () => home.query('SELECT outcome, error_type, exit_code FROM cycles ORDER BY started_at');
const INTERRUPTED = { outcome: 'failed', error_type: 'interrupted', exit_code: 1 };
const WELL = { outcome: 'ok', error_type: null, exit_code: 0 };
const waiting = () => spooledFiles({ data_directory: home.dataDirectory });
/** The row of an interrupted cycle is in the database, or in the spool if a busy machine took a second and more for it. */
async function expectInterruptedRow(): Promise<void> {
  if (waiting().length === 0) expect(await outcomes()).toEqual([INTERRUPTED]);
  else expect([waiting().length, await outcomes()]).toEqual([1, []]);
}
const hasLogged = (event: string) => existsSync(home.logDirectory) && home.logged(event).length > 0;

/** @returns the result of the interrupted cycle */
async function interrupt(command: string, signal: NodeJS.Signals, when: () => boolean) {
  const running = home.start(command, ['--json']);
  await until(when);
  running.child.kill(signal);
  const result = await running.result;
  return { ...result, error: (JSON.parse(result.stdout) as { error: { type: string } | null }).error };
}

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  it.each(['collect-hue', 'collect-aqm'])('while %s waits for an answer', async (command) => {
    for (const device of [home.bridge, home.cloud]) device.faults.always('*', fault.silence());
    const asked = () => home.bridge.requests.length + home.cloud.requests.length > 0;
    const { exitCode, error } = await interrupt(command, signal, asked);
    expect([exitCode, error?.type]).toEqual([1, 'interrupted']);
    await expectInterruptedRow();
    for (const device of [home.bridge, home.cloud]) device.faults.clear();
    expect((await home.run(command)).exitCode).toBe(0);
    expect(await outcomes()).toEqual([INTERRUPTED, WELL]);
  });

  it('while a retry is waited for', async () => {
    home.bridge.faults.always('*', fault.status(503));
    const { exitCode, error } = await interrupt('collect-hue', signal, () => hasLogged('retry'));
    expect([exitCode, error?.type]).toEqual([1, 'interrupted']);
    await expectInterruptedRow();
    expect(home.bridge.requests).toHaveLength(1);
  });

  it('while the database is waited for: what was read is spooled, and stored by the next cycle', async () => {
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    const holder = await holdDatabase(home.databaseFile);
    home.bridge.requests.length = 0;
    const answered = () => home.logged('http_response').length > 1;
    const { exitCode, error, stderr } = await interrupt('collect-hue', signal, answered);
    expect([exitCode, error?.type]).toEqual([1, 'interrupted']);
    expect(stderr).toContain('8 readings kept in the spool');
    expect(waiting()).toHaveLength(1);
    await holder.release();
    expect((await home.run('collect-hue')).exitCode).toBe(0);
    expect(await outcomes()).toEqual([WELL, INTERRUPTED, WELL]);
    expect(await home.query('SELECT count(*) AS readings FROM readings')).toEqual([{ readings: 24 }]);
    expect(waiting()).toEqual([]);
  });
});

it('while the device is silent and the database locked: the row of the failed cycle waits in the spool', async () => {
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const holder = await holdDatabase(home.databaseFile);
  home.bridge.faults.always('*', fault.silence());
  const { exitCode, error } = await interrupt('collect-hue', 'SIGTERM', () => home.bridge.requests.length > 1);
  expect([exitCode, error?.type]).toEqual([1, 'interrupted']);
  await holder.release();
  home.bridge.faults.clear();
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect(await outcomes()).toEqual([WELL, INTERRUPTED, WELL]);
});

it('while neither the database nor the spool takes what was read: it still ends, and reports it', async () => {
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const holder = await holdDatabase(home.databaseFile);
  const answered = () => home.logged('http_response').length > 1;
  const spool = join(home.dataDirectory, 'spool');
  const interrupted = interrupt('collect-hue', 'SIGTERM', () => {
    if (!answered()) return false;
    rmSync(spool, { recursive: true });
    writeFileSync(spool, 'not a directory');
    return true;
  });
  const { exitCode, error, stderr } = await interrupted;
  await holder.release();
  expect([exitCode, error?.type]).toEqual([1, 'interrupted']);
  expect(stderr).toContain('8 readings are lost.');
  // The wait for another try of the spool is cut short.
  expect(home.logged('retry')).toMatchObject([{ operation: 'spool.write' }]);
  expect(home.logged('retry_exhausted')).toMatchObject([{ operation: 'database.store' }]);
});

const hasTerminals = spawnSync('script', ['-qfc', 'true', '/dev/null']).status === 0;
(hasTerminals ? it : it.skip)(
  'a terminal that is closed, answer and all: the failed cycle has its row, the exit code says so',
  async () => {
    home.bridge.faults.always('*', fault.silence());
    const command = [
      process.execPath,
      join(PROJECT_ROOT, 'bin', 'collect-hue.js'),
      ...home.flags,
      '--json',
      '--verbose',
    ];
    const codeFile = join(home.directory, 'exit-code');
    // The outer shell dies with its terminal, then the kernel sends a signal to the collector; the inner shell waits for its end.
    const line = `(trap '' HUP; '${command.join("' '")}'; echo $? > '${codeFile}'); true`;
    const terminal = spawn('script', ['-qfc', line, '/dev/null'], { stdio: 'ignore' });
    await until(() => home.bridge.requests.length > 0);
    terminal.kill('SIGKILL');
    await until(() => existsSync(codeFile) && readFileSync(codeFile, 'utf8').endsWith('\n'));
    expect(readFileSync(codeFile, 'utf8')).toBe('1\n');
    expect(home.logged('cycle_failed')).toMatchObject([{ error_type: 'interrupted' }]);
    await expectInterruptedRow();
  },
);

it('at any moment of a healthy cycle: it ends normally or interrupted, and loses no reading that it has reported', async () => {
  const reported: string[] = [];
  for (let step = 0; step < 12; step++) {
    const running = home.start('collect-hue', ['--json']);
    const timer = setTimeout(() => running.child.kill('SIGTERM'), step * 20);
    const { exitCode, signal, stdout } = await running.result;
    clearTimeout(timer);
    // Before the program has started, the signal ends it like every process.
    expect([0, 1, 'SIGTERM']).toContain(signal ?? exitCode);
    const answer = stdout === '' ? null : (JSON.parse(stdout) as { readings: { timestamp: string }[] });
    for (const { timestamp } of answer?.readings ?? []) reported.push(timestamp);
  }
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const stored = await home.query<{ timestamp: string }>('SELECT timestamp FROM readings');
  for (const timestamp of new Set(reported)) {
    expect(stored.filter((row) => row.timestamp === timestamp)).toHaveLength(8);
  }
});
