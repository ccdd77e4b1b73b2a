/**
 * An installation in which the package sqlite3 could not be built (no compiler, another kind of processor): Node.js 24
 * and newer collect and check with their own SQLite; older ones say with every command what to do.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { nodeSqliteDriver } from '../../lib/store/node-sqlite';
import { openHome } from '../support/home';
import { installationCopy } from './health/installation-copy';
import { isRoot, NOBODY } from '../support/as-user';
import { chownSync } from 'node:fs';

const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ['collect-hue'],
  ['collect-aqm', '--json'],
  ['report', '--json'],
  ['perf', 'baseline'],
  ['auth-hue'],
  ['auth-amazon', '--check'],
  ['health', 'database'],
];

async function prepare() {
  const home = await openHome();
  mkdirSync(home.dataDirectory);
  mkdirSync(home.logDirectory);
  const { configFile, secretsFile, dataDirectory, logDirectory } = home;
  chmodSync(home.directory, 0o755);
  if (isRoot)
    for (const path of [configFile, secretsFile, dataDirectory, logDirectory]) chownSync(path, NOBODY, NOBODY);
  const copy = installationCopy(home.directory);
  const files = ['--config', configFile, '--secrets', secretsFile];
  return { home, run: ([command, ...args]: readonly [string, ...string[]]) => copy.run(command, [...args, ...files]) };
}

const hasOwn = nodeSqliteDriver() !== null;

(hasOwn ? test.skip : test)('without a driver every command ends with 2, and the remedy', async () => {
  const { home, run } = await prepare();
  const ended = await Promise.all(COMMANDS.map(run));
  for (const [index, { exitCode, stdout, stderr }] of ended.entries()) {
    const said = `${COMMANDS[index]?.[0] ?? ''} ${stdout}${stderr}`;
    expect({ said, exitCode }).toEqual({ said, exitCode: 2 });
    expect(said).toMatch(/The SQLite driver of this installation is not installed/);
    expect(said).toMatch(/or use Node\.js 24.* cd '.*installation' && npm ci\n/);
    expect(said).not.toMatch(/internal|defect/);
  }
  expect(home.bridge.requests).toEqual([]);
});

(hasOwn ? test : test.skip)('with the SQLite of Node.js it collects; health says which driver it is', async () => {
  const { run } = await prepare();
  for (const command of ['collect-hue', 'collect-aqm']) {
    expect(await run([command])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  }
  const { stdout, exitCode } = await run(['health', '--json']);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; details: object }[] };
  expect(checks.find(({ name }) => name === 'database')).toMatchObject({
    status: 'pass',
    details: { driver: 'node:sqlite', sqlite_version: process.versions['sqlite' as 'node'], integrity: 'ok' },
  });
  expect(exitCode).toBe(0);
  const report = await run(['report', '--format', 'csv']);
  expect(report.stdout.trim().split('\n').length).toBeGreaterThan(9);
});
