import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../support/home';
import { runCommand, type RunResult } from '../support/run-command';
import { isRoot, NOBODY } from '../support/as-user';
import { scratchDirectory } from '../support/scratch';

const asRoot = isRoot ? describe : describe.skip;
const COMMANDS = ['collect-hue', 'collect-aqm'];

/** What every refusal of a configuration has in common. */
function expectRefusal({ exitCode, stdout, stderr }: RunResult): void {
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe.each(COMMANDS)('%s', (command) => {
  test('lists the first eight faults of the configuration by line, and attempts nothing', async () => {
    const directory = scratchDirectory();
    const file = join(directory, 'config.yaml');
    writeFileSync(file, `hue: {}\n${Array.from({ length: 12 }, (_, n) => `key${n}: 1\n`).join('')}`);
    const result = await runCommand(command, { args: ['--config', file] });
    expectRefusal(result);
    const places = [...result.stderr.matchAll(/config\.yaml:(\d+):1: /g)].map(([, line]) => Number(line));
    expect(places).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(result.stderr).toContain('\nand 5 more\n');
    expect(readdirSync(directory)).toEqual(['config.yaml']);
  });

  test('--json prints one object also for a missing configuration', async () => {
    const file = join(scratchDirectory(), 'absent.yaml');
    const { exitCode, stdout, stderr } = await runCommand(command, {
      args: ['--json'],
      environment: { HOME_MONITOR_CONFIG: file },
    });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 2, error: { type: 'configuration' } });
    expect(stderr).toContain(`${file}: this configuration file does not exist`);
  });
});

describe('secrets', () => {
  let home: Home;
  beforeEach(async () => {
    home = await openHome();
  });

  test('a fault in one section stops only that source, and its value is not printed', async () => {
    const broken = 'tooShort!';
    const file = home.secretsFile;
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(home.bridge.key, broken));
    const hue = await home.run('collect-hue');
    expectRefusal(hue);
    expect(hue.stderr).toMatch(
      /:\d+:\d+: hue\.username: has another form, expected 10 to 64 letters, digits and dashes/,
    );
    const aqm = await home.run('collect-aqm');
    expect(aqm).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('secrets_fault')).toMatchObject([{ level: 'warning', program: 'collect-aqm', section: 'hue' }]);
    expect(hue.stderr + JSON.stringify(home.logLines())).not.toContain(broken);
  });

  test.each([
    ['missing', (file: string) => rmSync(file)],
    ['no YAML', (file: string) => appendFileSync(file, '\n\thue: [x\n')],
    ['a list', (file: string) => writeFileSync(file, '- a\n')],
    ['empty', (file: string) => writeFileSync(file, '')],
  ])('a file that is %s stops both, before anything is asked', async (_what, spoil) => {
    spoil(home.secretsFile);
    for (const command of COMMANDS) {
      const result = await home.run(command);
      expectRefusal(result);
      expect(result.stderr).not.toContain(home.bridge.key);
    }
    expect(home.bridge.requests).toHaveLength(0);
    expect(existsSync(home.databaseFile)).toBe(false);
  });

  test('a file that others may read causes a warning in the log, and the cycle continues', async () => {
    chmodSync(home.secretsFile, 0o644);
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('secrets_readable')).toMatchObject([{ level: 'warning' }]);
  });

  asRoot('(as root) for another user', () => {
    test('files that this user may not read are refused with the command that shows why', async () => {
      for (const file of [home.secretsFile, home.configFile]) {
        chownSync(file, 0, 0);
        chmodSync(file, 0o600);
        const result = await home.run('collect-hue', [], { uid: NOBODY });
        expectRefusal(result);
        expect(result.stderr).toContain(`${file}: cannot be read: permission denied (EACCES)`);
        expect(result.stderr).toContain(`namei -l '${file}'`);
        chmodSync(file, 0o644);
      }
    });
  });
});
