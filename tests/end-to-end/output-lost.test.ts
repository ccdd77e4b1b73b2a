/** Output that cannot be written: never exit 0, never reported as a defect, and the work is still done. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, startCommand } from '../support/run-command';

let home: Home;
beforeEach(async () => {
  home = await openHome({ cloud: false });
});

/** With a full disk behind `> FILE`. */
async function lost(command: string, args: readonly string[]) {
  const stdout = openSync('/dev/full', 'w');
  try {
    const running = startCommand(command, { args: [...home.flags, ...args], stdout });
    const { exitCode, stderr } = await running.result;
    return { exitCode, stderr };
  } finally {
    closeSync(stdout);
  }
}

const withFull = existsSync('/dev/full') ? describe : describe.skip;

withFull('on a full disk (needs /dev/full)', () => {
  test.each([['--json'], ['--dry-run'], ['--help'], ['--version']])('collect-hue %s exits 1', async (flag) => {
    const { exitCode, stderr } = await lost('collect-hue', [flag]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^collect-hue: the output cannot be written: no space left.*\n.*df -h\n.*itself is done/);
    if (flag === '--json') expect(await home.query('SELECT * FROM readings')).toHaveLength(8);
  });

  test('a failed cycle keeps its own exit code', async () => {
    home.configure({}, { hue: { username: 'never-paired-0000' } });
    const { exitCode, stderr } = await lost('collect-hue', ['--json']);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('the output cannot be written');
    expect(stderr).not.toContain('itself is done');
  });

  test('a cycle without output is not affected', async () => {
    expect(await lost('collect-hue', [])).toEqual({ exitCode: 0, stderr: '' });
  });

  test('health fails, and backup and --output do not end as a success', async () => {
    await home.run('collect-hue');
    expect((await lost('health', ['--offline', '--json'])).exitCode).toBe(2);
    expect((await lost('health', ['--list'])).exitCode).toBe(2);
    const copy = join(home.directory, 'copy.db');
    expect((await lost('report', ['backup', copy, '--json'])).exitCode).toBe(1);
    expect(existsSync(copy)).toBe(true);
    const file = join(home.directory, 'out.csv');
    expect((await lost('report', ['--format', 'csv', '--output', file, '--json'])).exitCode).toBe(1);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(10);
    for (const format of ['table', 'csv', 'json', 'ndjson', 'html', 'prometheus', 'influx']) {
      const { exitCode, stderr } = await lost('report', ['--format', format]);
      expect({ format, exitCode }).toEqual({ format, exitCode: 1 });
      expect(stderr).not.toContain('itself is done');
    }
  });

  test('--since-last: what was lost is exported again', async () => {
    await home.run('collect-hue');
    const args = ['--format', 'influx', '--since-last'];
    expect((await lost('report', args)).exitCode).toBe(1);
    expect((await home.run('report', args)).stdout.trim().split('\n')).toHaveLength(8);
    expect((await home.run('report', args)).stdout).toBe('');
  });
});

test('a terminal that was closed ends a report with a message', () => {
  const report = join(PROJECT_ROOT, 'bin', 'report.js');
  // Its standard output can be read, not written.
  const command = `'${process.execPath}' '${report}' --help 1</dev/null`;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^report: the output cannot be written: .*EBADF/);
  expect(stderr).not.toContain('defect');
});
