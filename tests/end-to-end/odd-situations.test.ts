/** Situations that a first-time user of the commands met. */
import { cpSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, startNode } from '../support/run-command';
import { scratchDirectory } from '../support/scratch';

let home: Home;
beforeEach(async () => {
  home = await openHome({ cloud: false });
});

test('a replaced database is reported with its path and what to do, on stderr and with --json', async () => {
  mkdirSync(home.dataDirectory);
  writeFileSync(home.databaseFile, 'this is not a database, but somebody’s shopping list '.repeat(50));
  const { exitCode, stdout, stderr } = await home.run('collect-hue', ['--json']);
  expect(exitCode).toBe(3);
  const moved = readdirSync(home.dataDirectory).find((name) => name.startsWith('readings.db.corrupt-')) ?? 'nowhere';
  expect(stderr).toContain(moved);
  expect(stderr).toMatch(/data\.js .*merge /);
  expect(JSON.parse(stdout)).toMatchObject({ exit_code: 3, outcome: 'partial', error: { type: 'database_corrupt' } });
});

test('a link to a disk that is not mounted is never replaced by a new database', async () => {
  mkdirSync(home.dataDirectory);
  symlinkSync(join(home.directory, 'unplugged', 'readings.db'), home.databaseFile);
  const { exitCode, stderr } = await home.run('collect-hue');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('unplugged');
  expect(lstatSync(home.databaseFile).isSymbolicLink()).toBe(true);
  mkdirSync(join(home.directory, 'unplugged'));
  expect(readdirSync(join(home.dataDirectory, 'spool')).filter((name) => name.endsWith('.json'))).toHaveLength(1);
});

test('a directory in the place of the database is reported immediately', async () => {
  mkdirSync(home.databaseFile, { recursive: true });
  const { exitCode, stderr } = await home.run('collect-hue');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('is a directory');
  expect(home.logged('retry')).toEqual([]);
});

test('a data directory that can never be made ends the cycle before any device is asked', async () => {
  home.configure({ storage: { data_directory: '/proc/no-such-folder' } });
  const { exitCode, stdout } = await home.run('collect-hue', ['--json']);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ exit_code: 1, outcome: 'failed' });
  expect(home.bridge.requests).toEqual([]);
});

test.each(['/proc/no-such-folder', '/proc', '/dev/null/data'])(
  'health says before the first cycle that nothing can be stored or logged in %s',
  async (directory) => {
    home.configure({ storage: { data_directory: directory }, logging: { directory } });
    const { exitCode, stdout } = await home.run('health', ['database', 'logging', '--json']);
    const { checks } = JSON.parse(stdout) as { checks: { status: string; message: string }[] };
    expect(checks.map(({ status }) => status)).toEqual(['fail', 'fail']);
    expect(exitCode).toBe(2);
    expect(stdout).not.toContain('defect');
  },
);

test('an installation that is not built answers --json with the usual fields', async () => {
  const installation = scratchDirectory();
  cpSync(join(PROJECT_ROOT, 'bin'), join(installation, 'bin'), { recursive: true });
  for (const file of readdirSync(join(installation, 'bin')).filter((name) => name !== 'door.js')) {
    const { exitCode, stdout } = await startNode([join(installation, 'bin', file), '--json']).result;
    expect({ file, exitCode, answer: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 2,
      answer: {
        ...{ schema_version: 1, command: file.replace('.js', ''), exit_code: 2, outcome: 'failed' },
        started_at: expect.stringMatching(/Z$/) as string,
        duration_ms: expect.any(Number) as number,
        ...(file.startsWith('collect') && { readings: [], skipped: {} }),
        ...(file === 'health.js' && { status: 'critical', checks: [] }),
        error: { type: 'configuration', message: 'not built yet' },
      },
    });
  }
});

test('a folder in the place of the state of --quiet-repeats does not make a cycle fail', async () => {
  mkdirSync(join(home.dataDirectory, 'collect-hue.last-failure.json'), { recursive: true });
  const { exitCode, stderr } = await home.run('collect-hue', ['--quiet-repeats']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});

test('a --since before every possible date begins at the first reading', async () => {
  await home.run('collect-hue');
  const { exitCode, stderr } = await home.run('report', ['--since', '999999999d', '--format', 'csv']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
});
