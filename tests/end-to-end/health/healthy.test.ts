/** An installation without a fault: no form of output reports a problem, before and after the first cycle. */
import { existsSync, mkdirSync } from 'node:fs';
import { CHECKS } from '../../../lib/health/checks';
import { SCHEMA_VERSION } from '../../../lib/store/schema';
import { UNUSED_EMAIL } from '../../support/constants';
import { openHome, type Home } from '../../support/home';
import type { HealthJson } from './bench';

/** What this home does not configure. */
const UNUSED = ['publish'];

let home: Home;
beforeEach(async () => {
  home = await openHome({ secrets: { email: UNUSED_EMAIL } });
  mkdirSync(home.logDirectory);
});

const health = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await home.run('health', args);
  expect(stderr).toBe('');
  return { stdout, exitCode };
};
const json = async (...args: string[]) => JSON.parse((await health('--json', ...args)).stdout) as HealthJson;

test('before the first cycle all checks pass, and nothing is created', async () => {
  const report = await json('--fresh');
  expect(report).toMatchObject({ schema_version: 1, status: 'healthy', exit_code: 0 });
  expect(report.checks.map(({ name, status }) => [name, status])).toEqual(
    CHECKS.map(({ name }) => [name, UNUSED.includes(name) ? 'skip' : 'pass']),
  );
  expect(report.checks.map(({ remediation }) => remediation).join('')).toBe('');
  expect(existsSync(home.dataDirectory)).toBe(false);
});

test('after a cycle of each collector all checks pass, and the details say what was found', async () => {
  for (const command of ['collect-hue', 'collect-aqm']) expect(await home.run(command)).toMatchObject({ exitCode: 0 });
  const report = await json();
  expect(report).toMatchObject({ status: 'healthy', exit_code: 0 });
  expect(report.checks.filter(({ name, status }) => status !== 'pass' && !UNUSED.includes(name))).toEqual([]);
  const details = (name: string) => report.checks.find((check) => check.name === name)?.details;
  expect(details('database')).toMatchObject({
    journal_mode: 'wal',
    schema_version: SCHEMA_VERSION,
    integrity: 'ok',
    spool_files: 0,
  });
  expect(details('hue')).toMatchObject({ sensors: 8, endpoint: 'sensors' });
  expect(details('logging')).toMatchObject({ backups: 0, last_rotation: null, rotation_due: false });
  expect(details('amazon_aqm')).toMatchObject({ marketplace: 'amazon.com', skipped: {} });
});

test('a disabled source is skipped, and so is the network with --offline', async () => {
  home.configure({ amazon_aqm: { enabled: false } });
  const statusOf = (report: HealthJson) => Object.fromEntries(report.checks.map(({ name, status }) => [name, status]));
  expect(statusOf(await json())).toMatchObject({ hue: 'pass', amazon_aqm: 'skip', alerts: 'skip' });
  expect(statusOf(await json('--offline'))).toMatchObject({ hue: 'skip', amazon_aqm: 'skip', database: 'pass' });
  expect(home.cloud.requests).toEqual([]);
});

test('only the checks named are run; an unknown name is a usage error that names the nearest', async () => {
  expect((await json('disk', 'config')).checks.map(({ name }) => name)).toEqual(['config', 'disk']);
  const unknown = await home.run('health', ['databse']);
  expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
  expect(unknown.stderr).toContain('did you mean database?');
});

test('--list names every check, --line fits a monitor, --quiet prints nothing', async () => {
  const list = await health('--list');
  for (const { name } of CHECKS) expect(list.stdout).toContain(`${name} `);
  const line = await health('--line');
  expect(line.stdout.replace(/\d+\.\d+s/, 'Ns')).toBe(
    `OK: ${CHECKS.length - UNUSED.length} checks pass | fail=0 warn=0 time=Ns\n`,
  );
  expect(line.stdout.length).toBeLessThan(80);
  expect(await health('--quiet')).toEqual({ stdout: '', exitCode: 0 });
});
