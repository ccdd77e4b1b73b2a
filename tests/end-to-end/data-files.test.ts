/** docs/data-files.md names every file the commands leave, and what it calls safe to delete is. */
import { cpSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../lib/simulator/faults';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs', 'data-files.md'), 'utf8');
/** Not to be deleted: the measurements. */
const MEASURED = /^(readings\.db.*|spool.*)$/;

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: { retry: { max_attempts: 0 } } });
});

const exitCodeOf = async (command: string, args: readonly string[] = []) => (await home.run(command, args)).exitCode;

/** Everything that is ever remembered: a good cycle, then one of each collector that fails. */
async function fillDataDirectory(): Promise<void> {
  expect(await exitCodeOf('collect-hue')).toBe(0);
  expect(await exitCodeOf('collect-aqm')).toBe(0);
  expect(await exitCodeOf('health', ['amazon_aqm'])).toBe(0);
  expect(await exitCodeOf('report', ['--format', 'csv', '--since-last'])).toBe(0);
  expect(await exitCodeOf('perf', ['baseline', '--cycles', '1'])).toBe(0);
  home.bridge.faults.next('*', fault.status(503));
  expect(await exitCodeOf('collect-hue', ['--quiet-repeats'])).toBe(1);
  home.cloud.account.expireCookies();
  home.cloud.faults.next('/auth/token', fault.invalidGrant());
  expect(await exitCodeOf('collect-aqm', ['--quiet-repeats'])).toBe(4);
}

const isRemembered = (name: string) => !MEASURED.test(name) || name.endsWith('.lock');

test('every file is named', async () => {
  await fillDataDirectory();
  const names = readdirSync(home.dataDirectory).filter(isRemembered);
  const unnamed = names.filter((name) => !PAGE.includes(`\`${name.replace(/^collect-aqm/, 'collect-hue')}\``));
  expect(unnamed).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(12);
});

test('each of them can be deleted: the next cycles are good and silent', async () => {
  await fillDataDirectory();
  const filled = join(home.directory, 'filled');
  renameSync(home.dataDirectory, filled);
  for (const name of readdirSync(filled).filter(isRemembered)) {
    rmSync(home.dataDirectory, { recursive: true, force: true });
    cpSync(filled, home.dataDirectory, { recursive: true });
    rmSync(join(home.dataDirectory, name));
    for (const command of ['collect-hue', 'collect-aqm']) {
      const { exitCode, stdout, stderr } = await home.run(command);
      expect({ name, command, exitCode, stdout, stderr }).toEqual({
        name,
        command,
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
    }
    expect({ name, health: await exitCodeOf('health', ['--quiet']) }).toEqual({ name, health: 0 });
  }
});
