/** report as a person, a crontab and a pipeline run it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../lib/store/database';
import { isRoot, NOBODY } from '../support/as-user';
import { cycleOf, hueReading, nthCycle } from '../support/cycles';
import { configIn, history, reportHome, store } from '../support/report-home';
import { scratchDirectory } from '../support/scratch';
import { until } from '../support/until';
import { PROJECT_ROOT, runCommand, startCommand, type RunOptions } from '../support/run-command';
import type { Cycle } from '../../lib/store/store';

async function installation(cycles: readonly Cycle[] = [], config = 'hue: {bridge_url: "http://127.0.0.1"}\n') {
  const directory = scratchDirectory();
  mkdirSync(join(directory, 'config'));
  const file = join(directory, 'config', 'config.yaml');
  writeFileSync(file, config);
  if (cycles.length > 0) await store(configIn(directory), cycles);
  const data = join(directory, 'data');
  const report = (args: readonly string[], options: RunOptions = {}) =>
    runCommand('report', { args: [...args, '--config', file], ...options });
  return { directory, file, data, report };
}

test('a table on stdout, nothing on stderr, exit 0', async () => {
  const { report } = await installation([nthCycle(1)]);
  const { exitCode, stdout, stderr } = await report(['--until', '2026-01-02', '--since', '2026-01-01']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^ROOM +QUANTITY/);
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
  [['gaps', '--format', 'html'], /report gaps has no format html/],
  [['--format', 'xml'], /--format is "xml"; it can be table or csv/],
  [['--json', '--format', 'csv'], /both want stdout/],
  [['--since', 'monday'], /--since is "monday"/],
  [['gaps', '--device', 'hue:0'], /--device means nothing to report gaps/],
  [['cycles', '--units', 'us'], /--units means nothing to report cycles/],
  [['backup', 'copy.db', '--format', 'csv'], /--format means nothing to report backup/],
  [['backup', '-'], /backup needs a file/],
])('%j is a usage error', async (args, message) => {
  const { report } = await installation([nthCycle(1)]);
  const { exitCode, stderr } = await report(args);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(message);
});

test('a room with a comma in its name is found as the error lists it; lists may be given in pieces', async () => {
  const { report } = await installation(history().slice(-20));
  const since = ['--since', '2026-01-01', '--until', '2026-02-01', '--format', 'csv'];
  const wrong = await report([...since, '--location', 'Küche "Süd", oben']);
  expect(wrong.stderr).toContain('There are: Hall, Küche "Süd"\\, oben');
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
  const told = JSON.parse((await report(['--json', '--format', 'csv', '--output', file])).stdout) as object;
  expect(told).toMatchObject({ output: file, format: 'csv' });
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(42);
  const bad = await report(['--json', '--device', 'hue:99']);
  expect(bad.exitCode).toBe(2);
  expect(JSON.parse(bad.stdout)).toMatchObject({ exit_code: 2, error: { type: 'usage' } });
});

test('a reader that has seen enough is no failure', async () => {
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

(isRoot ? test : test.skip)(
  `a report by root, or by anybody else, leaves the collectors able to write${isRoot ? '' : ' (skipped: only root can become another user)'}`,
  async () => {
    const { report, data } = await installation([nthCycle(1)]);
    mkdirSync(join(data, 'spool'), { mode: 0o700 }); // as every cycle makes it
    // The collectors are `nobody`'s; the database is readable by all, in a folder all may write.
    spawnSync('chown', ['-R', `${NOBODY}:${NOBODY}`, data]);
    chmodSync(data, 0o777);
    chmodSync(join(data, 'readings.db'), 0o644);
    for (const [uid, format] of [0, 12345].flatMap((each) =>
      ['table', 'json', 'html', 'prometheus'].map((format) => [each, format] as const),
    )) {
      const { exitCode, stdout, stderr } = await report(['--format', format], { uid });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      // What cannot be seen is not told as none.
      if (format === 'prometheus') expect(stdout.includes('climate_spooled_cycles')).toBe(uid === 0);
      const foreign = readdirSync(data).filter((name) => statSync(join(data, name)).uid !== NOBODY);
      expect(foreign).toEqual([]);
    }
  },
);

(isRoot ? test : test.skip)(
  `who may not read, or not write there, is told so${isRoot ? '' : ' (skipped: only root can become another user)'}`,
  async () => {
    const { report, data, directory } = await installation([nthCycle(1)]);
    chmodSync(join(data, 'readings.db'), 0o600);
    for (const mode of [0o755, 0o700]) {
      chmodSync(data, mode);
      const { exitCode, stderr } = await report([], { uid: NOBODY });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^report: Cannot read .*readings\.db: permission denied.*\nRun it as the user/);
    }
    chmodSync(data, 0o755);
    chmodSync(join(data, 'readings.db'), 0o644);
    const closed = join(directory, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    for (const args of [
      ['--output', join(closed, 'a')],
      ['backup', join(closed, 'b')],
    ]) {
      const { exitCode, stderr } = await report(args, { uid: NOBODY });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^report: Cannot write .*closed\/[ab]: permission denied/);
    }
  },
);

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

test('two exports at once: each reading in one of them', async () => {
  const { file } = await installation(history());
  const args = ['--config', file, '--format', 'ndjson', '--since-last'];
  const both = await Promise.all([1, 2].map(() => startCommand('report', { args }).result));
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const lines = both.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toHaveLength(305 * 3 + 313);
});

test('a backup says nothing to cron, and holds everything', async () => {
  const { report, directory } = await installation([nthCycle(1), nthCycle(2)]);
  const file = join(directory, 'backup.db');
  expect(await report(['backup', file])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const { stdout } = await report(['backup', file, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ backup: { file, readings: 4, cycles: 2 } });
});

const installed = (program: string): boolean => spawnSync('which', [program]).status === 0;

(installed('promtool') ? test : test.skip)(
  `promtool finds no fault${installed('promtool') ? '' : ' (skipped: promtool is not installed)'}`,
  async () => {
    const home = reportHome();
    await store(home.config, history());
    const { text } = await home.report({ format: 'prometheus' });
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
);

(installed('victoria-metrics') ? test : test.skip)(
  `a real time-series database takes every line of influx and of prometheus${installed('victoria-metrics') ? '' : ' (skipped: victoria-metrics is not installed)'}`,
  async () => {
    const home = reportHome();
    await store(home.config, history());
    const server = await startVictoria(home.directory);
    try {
      const influx = (await home.report({ format: 'influx', quantity: 'temperature' })).text;
      const prometheus = (await home.report({ format: 'prometheus' })).text;
      expect((await fetch(`${server.url}/write`, { method: 'POST', body: influx })).status).toBe(204);
      const taken = await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: prometheus });
      expect(taken.status).toBe(204);
      // What was imported a moment ago is not to be seen at once.
      await until(async () => (await server.series('climate_measured_timestamp_seconds')).length === 4);
      const series = await server.series('climate_temperature_celsius');
      // Without a time stamp of its own, prometheus' sample gets the time of the import.
      const inHistory = series.map(({ metric, timestamps }) => [
        metric['device_id'],
        timestamps.filter((ms) => ms < Date.UTC(2026, 1, 1)).length,
      ]);
      const perDevice = new Map<unknown, number>();
      for (const [device, count] of inHistory) {
        perDevice.set(device, (perDevice.get(device) ?? 0) + Number(count));
      }
      expect([...perDevice].sort()).toEqual([
        ['alexa:G1', 313],
        ['hue:1', 305],
        ['hue:2', 305],
        ['hue:3', 305],
      ]);
      expect(series.some(({ metric }) => metric['location'] === 'Küche "Süd", oben')).toBe(true);
    } finally {
      await server.stop();
    }
  },
);

interface Series {
  metric: Record<string, string>;
  timestamps: number[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startVictoria(directory: string) {
  const url = `http://127.0.0.1:${await freePort()}`; // it does not tell which port it got for 0
  const flags = [`-storageDataPath=${join(directory, 'victoria')}`, `-httpListenAddr=${url.slice(7)}`];
  const process = spawn('victoria-metrics', [...flags, '-retentionPeriod=100y'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(process, 'close');
  await new Promise<void>((resolve, reject) => {
    let log = '';
    process.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('pprof handlers')) resolve();
    });
    process.once('close', () => reject(new Error(log)));
  });
  return {
    url,
    series: async (name: string): Promise<Series[]> => {
      await fetch(`${url}/internal/force_flush`);
      const answer = await fetch(`${url}/api/v1/export?match[]=${name}`);
      const lines = (await answer.text()).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Series);
    },
    stop: async () => {
      process.kill();
      await ended;
    },
  };
}
