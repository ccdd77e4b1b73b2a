/** docs/data.md names every file that the commands leave, and the files that it calls safe to delete are safe. */
import { cpSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillDataDirectory } from '../support/filled-home';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';

/** About forty commands, one after the other. */
jest.setTimeout(120_000);

const PAGE = readFileSync(join(PROJECT_ROOT, 'docs', 'data.md'), 'utf8');
/** The measurements, which must not be deleted. */
const MEASURED = /^(readings\.db.*|spool.*)$/;

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: { retry: { max_attempts: 0 } } });
});

const exitCodeOf = async (command: string, args: readonly string[] = []) => (await home.run(command, args)).exitCode;

const isRemembered = (name: string) => !MEASURED.test(name) || name.endsWith('.lock');

test('every file is named', async () => {
  await fillDataDirectory(home);
  const names = readdirSync(home.dataDirectory).filter(isRemembered);
  const unnamed = names.filter((name) => !PAGE.includes(`\`${name.replace(/^collect-aqm/, 'collect-hue')}\``));
  expect(unnamed).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(12);
});

test('each of them can be deleted: the next cycles succeed and print nothing', async () => {
  await fillDataDirectory(home);
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
