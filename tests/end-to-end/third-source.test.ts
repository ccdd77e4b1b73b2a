/**
 * A third source is a folder and a row: it collects, stores its own quantity, and appears everywhere, although no other
 * code knows it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeCrontab } from '../support/fake-crontab';
import { startNode } from '../support/run-command';
import { installThirdSource } from '../support/third-source/install';
import { query } from '../support/storage';

const scratch = mkdtempSync(join(tmpdir(), 'third-source-'));
const project = join(scratch, 'project');
const home = join(scratch, 'home');
const config = join(home, 'config/config.yaml');
let monitor: Server;
let changed: Record<string, number>;
let co2 = 612;

const node = (...words: string[]) =>
  spawnSync(process.execPath, words, { cwd: project, encoding: 'utf8', env: { ...process.env, NODE_V8_COVERAGE: '' } });

async function run(command: string, ...words: string[]) {
  const { exitCode, stdout, stderr } = await startNode(
    [join(project, 'bin', `${command}.js`), ...words, '--config', config],
    { environment: { NODE_V8_COVERAGE: '' } },
  ).result;
  return { exitCode, stdout, stderr };
}

beforeAll(async () => {
  mkdirSync(join(home, 'config'), { recursive: true });
  changed = installThirdSource(project);
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: { build: string } };
  const [, script = ''] = scripts.build.split(' ');
  const { status, stderr } = node(join(project, script));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  monitor = createServer((_, response) => {
    response.end(JSON.stringify({ serialno: '84fce612', name: 'Attic', atmp: 21.5, rhum: 41, rco2: co2 }));
  });
  await new Promise<void>((resolve) => monitor.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(monitor.address() as AddressInfo).port}`;
  writeFileSync(config, `toy:\n  url: ${url}\n`);
  writeFileSync(join(home, 'config/secrets.yaml'), 'hue: { username: 0123456789abcdef }\n', { mode: 0o600 });
}, 240_000);
afterAll(() => {
  monitor.close();
  rmSync(scratch, { recursive: true, force: true });
});

test('five files outside its folder are touched, with less than fifty lines', () => {
  expect(Object.keys(changed)).toHaveLength(5);
  expect(Object.values(changed).reduce((sum, lines) => sum + lines, 0)).toBeLessThanOrEqual(50);
});

test('the types follow from the rows', () => {
  writeFileSync(join(project, 'tsconfig.lib.json'), '{ "extends": "./tsconfig.json", "include": ["lib"] }');
  const { status, stdout } = node(join(project, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.lib.json');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
}, 240_000);

test('it collects, stores its own quantity, and appears everywhere', async () => {
  expect(await run('collect-toy')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  co2 = 640;
  const cycle = await run('collect-toy', '--json');
  expect(JSON.parse(cycle.stdout)).toMatchObject({
    command: 'collect-toy',
    readings: [{ device_id: 'toy:84fce612', device_type: 'toy_monitor', location: 'Attic', co2_ppm: 640 }],
  });
  const database = join(home, 'data/readings.db');
  expect(await query(database, 'SELECT co2_ppm, temperature_celsius, iaq_score FROM readings')).toEqual([
    { co2_ppm: 612, temperature_celsius: 21.5, iaq_score: null },
    { co2_ppm: 640, temperature_celsius: 21.5, iaq_score: null },
  ]);
  expect(await query(database, 'SELECT DISTINCT collector, outcome FROM cycles')).toEqual([
    { collector: 'toy', outcome: 'ok' },
  ]);

  const health = await run('health', '--json');
  const { checks } = JSON.parse(health.stdout) as { checks: { name: string; status: string; message: string }[] };
  const check = (name: string) => checks.find((one) => one.name === name);
  expect(check('toy')).toMatchObject({ status: 'pass', message: '1 toy monitor answers' });
  expect(check('freshness')?.message).toMatch(/^toy: 1 devices, last cycle \d+ s ago$/);
  expect((await run('health', '--list')).stdout).toMatch(/^toy +Toy monitor: answers$/m);

  expect((await run('report')).stdout).toMatch(/Attic[\s\S]*Carbon dioxide +640 ppm/);
  expect((await run('report', 'gaps')).stdout).toMatch(/toy/);
  expect((await run('report', 'cycles')).stdout).toMatch(/toy/);
  expect((await run('report', '--format', 'csv')).stdout).toMatch(
    /^timestamp,.*,co2_ppm,is_anomalous,.*\n.*,612,false,/,
  );
  expect((await run('report', '--format', 'influx')).stdout).toContain('co2_ppm=612');
  const metrics = (await run('report', '--format', 'prometheus')).stdout;
  expect(metrics).toMatch(/^climate_co2_ppm\{device_id="toy:84fce612",.*\} 640$/m);
  expect(metrics).toMatch(/^climate_last_cycle_exit_code\{collector="toy"\} 0$/m);
  const page = (await run('report', '--format', 'html', '--since', '1d')).stdout;
  expect(page.includes('"title":"Carbon dioxide","unit":"ppm"')).toBe(true);
  expect((await run('report', '--output', join(home, 'data/collect-toy.last-failure.json'))).exitCode).toBe(2);

  monitor.close();
  monitor.closeAllConnections();
  expect((await run('collect-toy')).exitCode).toBe(1);
  const failed = JSON.parse((await run('health', '--json')).stdout) as { status: string; exit_code: number };
  expect(failed).toMatchObject({ status: 'critical', exit_code: 2 });
}, 240_000);

test('cron gets a line for it, at its own place in the interval', () => {
  const { bin, read } = fakeCrontab(home);
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: '/nonexistent' };
  const install = join(project, 'cron/install.sh');
  expect(spawnSync(install, ['--config', config], { encoding: 'utf8', env })).toMatchObject({ status: 0, stderr: '' });
  expect(read()).toMatch(/^3-59\/5 \* \* \* \* .*collect-toy\.js' --quiet-repeats/m);
  expect(read()).not.toMatch(/collect-hue|collect-aqm/);
});
