/** Runs report as a person, a crontab and a pipeline do. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../lib/store/database';
import { cycleOf, hueReading, nthCycle } from '../support/cycles';
import { history } from '../support/report-home';
import { PROJECT_ROOT } from '../support/run-command';
import type { Cycle } from '../../lib/store/store';
import { installation } from '../support/report-installation';

test('a table on stdout, nothing on stderr, exit 0', async () => {
  const { report } = await installation([nthCycle(1)]);
  const { exitCode, stdout, stderr } = await report(['--until', '2026-01-02', '--since', '2026-01-01']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^LOCATION +QUANTITY/);
  expect(stdout).not.toContain('\u001b');
});

test('no database: a sentence on stderr, an empty stdout, exit 0, and no file made', async () => {
  const { report, data, directory } = await installation();
  for (const args of [[], ['gaps'], ['--format', 'csv'], ['--format', 'html', '--output', join(directory, 'o.html')]]) {
    const { exitCode, stdout, stderr } = await report(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toMatch(/readings\.db is not there yet: run a collector first/);
  }
  const { stdout } = await report(['--json']);
  expect(JSON.parse(stdout)).toMatchObject({ command: 'report', exit_code: 0, error: null });
  expect([existsSync(data), existsSync(join(directory, 'o.html'))]).toEqual([false, false]);
});

test.each([
  [['--colour'], /unknown flag --colour/],
  [['holes'], /unexpected argument "holes"/],
  [['backup'], /backup needs a file/],
  [['gaps', 'extra'], /unexpected argument "extra"/],
  [['gaps', '--format', 'html'], /report gaps does not have the format html/],
  [['--format', 'xml'], /--format is "xml"; it can be table or csv/],
  [['--json', '--format', 'csv'], /both want stdout/],
  [['--since', 'monday'], /--since is "monday"/],
  [['gaps', '--device', 'hue:0'], /report gaps does not take --device/],
  [['cycles', '--units', 'us'], /report cycles does not take --units/],
  [['backup', 'copy.db', '--format', 'csv'], /report backup does not take --format/],
  [['backup', '-'], /backup needs a file/],
])('%j is a usage error', async (args, message) => {
  const { report } = await installation([nthCycle(1)]);
  const { exitCode, stderr } = await report(args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

test('a room with a comma in its name is found as the error lists it; lists may be given in parts', async () => {
  const { report } = await installation(history().slice(-20));
  const since = ['--since', '2026-01-01', '--until', '2026-02-01', '--format', 'csv'];
  const wrong = await report([...since, '--location', 'Küche "Süd", oben']);
  expect(wrong.stderr).toContain('Known: Hall, Küche "Süd"\\, oben');
  const { stdout } = await report([...since, '--location', 'Küche "Süd"\\, oben', '--location=Bad']);
  const devices = stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => /hue:\d/.exec(line)?.[0]);
  expect([...new Set(devices)].sort()).toEqual(['hue:2', 'hue:3']);
});

test('an end in the future is now: nothing is missing there', async () => {
  const started = new Date(Date.now() - 60_000).toISOString();
  const { report } = await installation([cycleOf(started, 'hue', [hueReading('hue:1')])]);
  const { stdout } = await report(['gaps', '--json', '--until', '2999-01-01']);
  expect(JSON.parse(stdout)).toMatchObject({ days: [{ expected: 1, missing: 0 }], gaps: [] });
});

test('configuration and secrets are never replaced by an output', async () => {
  const { report, file, directory } = await installation([nthCycle(1)]);
  const before = readFileSync(file, 'utf8');
  const secrets = join(directory, 'config', 'secrets.yaml');
  for (const own of [file, secrets]) {
    for (const args of [
      ['--format', 'csv', '--output', own],
      ['backup', own],
    ]) {
      const { exitCode, stderr } = await report(args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("is one of this program's own files: it will not be replaced");
    }
  }
  expect([readFileSync(file, 'utf8'), existsSync(secrets)]).toEqual([before, false]);
});

test('--json is one object, on failure too', async () => {
  const { report, directory } = await installation(history().slice(-20));
  const good = JSON.parse((await report(['--json', '--since', '2026-01-01'])).stdout) as Record<string, unknown>;
  expect(good).toMatchObject({ schema_version: 1, command: 'report', exit_code: 0, outcome: 'ok', error: null });
  expect(good['readings']).toHaveLength(10 * 4);
  const file = join(directory, 'out.csv');
  const printed = JSON.parse((await report(['--json', '--format', 'csv', '--output', file])).stdout) as object;
  expect(printed).toMatchObject({ output: file, format: 'csv' });
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(42);
  const bad = await report(['--json', '--device', 'hue:99']);
  expect(bad.exitCode).toBe(2);
  expect(JSON.parse(bad.stdout)).toMatchObject({ exit_code: 2, error: { type: 'usage' } });
});

test('a reader that ends early is not a failure', async () => {
  const { file } = await installation(history());
  const shell = `"$0" "${join(PROJECT_ROOT, 'bin/report.js')}" --config "${file}" --format ndjson | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', shell, process.execPath], { encoding: 'utf8' });
  const [line = '', code] = stdout.split('\n');
  expect(JSON.parse(line)).toHaveProperty('device_id');
  expect({ code, stderr }).toEqual({ code: '0', stderr: '' });
});

test('local days have 23 or 25 hours when the clocks change', async () => {
  const days = (month: number, day: number): Cycle[] =>
    Array.from({ length: 3 * 288 }, (_, n) =>
      cycleOf(new Date(Date.UTC(2026, month, day - 1) + n * 300_000).toISOString(), 'hue', [hueReading('hue:1')]),
    );
  const { report } = await installation([...days(2, 29), ...days(9, 25)]);
  const expected = async (since: string, until: string) => {
    const args = ['gaps', '--json', '--since', since, '--until', until];
    const { stdout } = await report(args, { environment: { TZ: 'Europe/Berlin' } });
    return (JSON.parse(stdout) as { days: { day: string; expected: number; missing: number }[] }).days;
  };
  expect(await expected('2026-03-29', '2026-03-30')).toEqual([
    expect.objectContaining({ day: '2026-03-29', expected: 23 * 12, missing: 0 }),
  ]);
  expect(await expected('2026-10-25', '2026-10-26')).toEqual([
    expect.objectContaining({ day: '2026-10-25', expected: 25 * 12, missing: 0 }),
  ]);
});

test('reports while a collector writes see whole cycles only', async () => {
  const { report, data } = await installation([nthCycle(0)]);
  const writer = await Database.open(join(data, 'readings.db'), 'read-write');
  await writer.exec('BEGIN IMMEDIATE');
  await writer.run("INSERT INTO word (text) VALUES ('half')");
  const { exitCode, stdout } = await report(['--format', 'csv']);
  expect(exitCode).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(3);
  await writer.exec('COMMIT');
  await writer.close();
});

test('a backup prints nothing under cron, and contains everything', async () => {
  const { report, directory } = await installation([nthCycle(1), nthCycle(2)]);
  const file = join(directory, 'backup.db');
  expect(await report(['backup', file])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const { stdout } = await report(['backup', file, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ backup: { file, readings: 4, cycles: 2 } });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

(hasScript ? test : test.skip)(
  `on a terminal, the name of the file is printed; the file has no colours${hasScript ? '' : ' (skipped: script is not installed)'}`,
  async () => {
    const { file, directory } = await installation(history());
    const output = join(directory, 'rooms.txt');
    const report = `'${process.execPath}' '${join(PROJECT_ROOT, 'bin/report.js')}' --config '${file}' --since 2026-01-02`;
    const onTerminal = (flags: string) =>
      spawnSync('script', ['-qec', `${report} ${flags}`, '/dev/null'], { encoding: 'utf8' }).stdout;
    expect(onTerminal('')).toContain('\u001b[');
    expect(onTerminal(`--output '${output}'`)).toBe(`${output} is written\r\n`);
    expect(onTerminal(`--output '${output}' --quiet`)).toBe('');
    expect(readFileSync(output, 'utf8')).not.toContain('\u001b');
  },
);
