/** Commands that a person is told to type: in a clone, with other files, after npm, and for another user. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { helpOf } from '../../../lib/cli/help';
import { copyOfExample } from '../../../lib/config/example';
import { ownCommands, type Surroundings } from '../../../lib/cli/own-command';
import { asTyped } from '../../../lib/typed-command';
import { shellQuoted } from '../../../lib/wording';
import { NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const OTHER_USER = 4_000_000;
const ME = process.geteuid?.() ?? 0;

/** An installation in a folder whose name needs to be quoted. */
function installation(...folders: string[]) {
  const root = join(scratchDirectory(), "it's mine", ...folders);
  mkdirSync(join(root, 'config'), { recursive: true });
  mkdirSync(join(root, 'data'));
  writeFileSync(join(root, 'data', 'readings.db'), '');
  writeFileSync(join(root, 'config', 'config.yaml'), 'hue: { bridge_url: "http://192.168.1.10" }\n');
  writeFileSync(join(root, 'config', 'secrets.yaml'), '{}\n');
  return root;
}

/** What a shell makes of a command line. */
const wordsIn = (line: string): string[] =>
  spawnSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n');

const commands = (root: string, change: Partial<Surroundings> = {}, flags = {}) =>
  ownCommands(flags, { environment: {}, installation: root, user: ME, ...change });

test('in a clone: the absolute path of the script, for the shell', () => {
  const root = installation();
  const line = commands(root)('health');
  expect(wordsIn(line)).toEqual(['node', join(root, 'bin/health.js')]);
  expect(asTyped('See which: node bin/health.js hue', commands(root))).toBe(`See which: ${line} hue`);
});

test('the files that were named, by flags or by the environment, are named again; not those of systemd for one run', () => {
  const root = installation();
  const there = installation();
  const config = join(there, 'config', 'config.yaml');
  const byFlag = commands(root, {}, { config })('auth-hue');
  expect(wordsIn(byFlag)).toEqual(['node', join(root, 'bin/auth-hue.js'), '--config', config]);
  const environment = { HOME_MONITOR_CONFIG: config, HOME_MONITOR_SECRETS: '/run/c/secrets.yaml' };
  expect(wordsIn(commands(root, { environment })('perf')).slice(2)).toEqual([
    ...['--config', config],
    ...['--secrets', '/run/c/secrets.yaml'],
  ]);
  const bySystemd = { ...environment, CREDENTIALS_DIRECTORY: '/run/c' };
  expect(commands(root, { environment: bySystemd })('perf')).not.toContain('--secrets');
});

test("installed by npm, globally or into a project: npm's program, if it is there", () => {
  const root = installation('lib', 'node_modules', 'home-temperature-monitor');
  const [prefix, project] = [join(root, '../../..'), join(root, '../..')];
  expect(wordsIn(commands(root)('health'))).toEqual(['node', join(root, 'bin/health.js')]);
  for (const folder of [join(project, 'node_modules/.bin'), join(prefix, 'bin')]) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(root, 'bin/health.js'), join(folder, 'htm-health'));
    mkdirSync(join(root, 'bin'), { recursive: true });
    writeFileSync(join(root, 'bin', 'health.js'), '');
    expect(wordsIn(commands(root)('health'))).toEqual([join(folder, 'htm-health')]);
  }
});

const asRoot = ME === 0 ? test : test.skip;
asRoot('files of another user: sudo, with all files named; auth as the owner of the secrets (needs root)', () => {
  const root = installation();
  chownSync(join(root, 'data'), NOBODY, NOBODY);
  const other = commands(root, { user: OTHER_USER });
  const files = ['--config', join(root, 'config/config.yaml'), '--secrets', join(root, 'config/secrets.yaml')];
  const [sudo, dashU, owner, node, ...line] = wordsIn(other('health'));
  expect([sudo, dashU, owner]).toEqual(['sudo', '-u', expect.stringMatching(/^(nobody|#\d+)$/)]);
  expect(node).toMatch(/(^|\/)node$/);
  expect(line).toEqual([join(root, 'bin/health.js'), ...files]);
  expect(wordsIn(other('auth-hue')).slice(0, 1)).toEqual(['sudo']);
  expect(wordsIn(other('auth-hue')).slice(2)).toEqual([join(root, 'bin/auth-hue.js'), ...files]);
  // The data is ours, the secrets are root's; root needs nothing.
  expect(commands(root, { user: NOBODY })('health')).not.toContain('sudo');
  expect(commands(root, { user: 0 })('health')).not.toContain('sudo');
});

test('a configuration that cannot be read leads to no circle', () => {
  const root = installation();
  writeFileSync(join(root, 'config', 'config.yaml'), 'hue: [');
  expect(commands(root, { user: OTHER_USER })('health')).not.toContain('sudo');
});

test.each(["it's", 'a b', '$(x)', 'ü', '', '*', '\n'])('%j is one word for the shell', (word) => {
  expect(spawnSync('/bin/sh', ['-c', `printf %s ${shellQuoted(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
});

test('--help fits 80 columns, and names the command as npm does', () => {
  const spec = {
    name: 'health',
    summary: `says ${'what is wrong '.repeat(8)}`,
    flags: [{ name: 'long', choices: ['one', 'two', 'three', 'four', 'five'], help: 'word '.repeat(30).trim() }],
    notes: ['note '.repeat(30).trim()],
    examples: [`node bin/health.js --long one   ${'meaning '.repeat(6).trim()}`],
    exitCodes: [[0, 'done '.repeat(30).trim()]] as const,
  };
  const clone = helpOf(spec, '/opt/htm');
  expect(clone.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(clone).toContain('Usage: node bin/health.js [flags]');
  expect(clone.match(/word/g)).toHaveLength(30);
  const byNpm = helpOf(spec, '/usr/lib/node_modules/home-temperature-monitor');
  expect(byNpm).toContain('Usage: htm-health [flags]');
  expect(byNpm).not.toContain('node bin/');
});

test('the command that copies an example names the schema where it is', () => {
  const root = join(scratchDirectory(), "it's");
  const schemas = join(root, 'config');
  mkdirSync(schemas, { recursive: true });
  for (const name of ['config', 'secrets'] as const) {
    const head = `# yaml-language-server: $schema=./${name}.schema.json\n`;
    writeFileSync(join(schemas, `${name}.example.yaml`), `${head}a: ./b\n`);
    const [beside, elsewhere] = [join(schemas, `${name}.yaml`), join(root, 'mine', `${name}.yaml`)];
    for (const file of [beside, elsewhere]) execFileSync('sh', ['-ec', copyOfExample(name, file, root)]);
    expect(readFileSync(beside, 'utf8')).toBe(`${head}a: ./b\n`);
    expect(readFileSync(elsewhere, 'utf8')).toBe(
      `# yaml-language-server: $schema=${schemas}/${name}.schema.json\na: ./b\n`,
    );
    if (name === 'secrets') expect(statSync(elsewhere).mode & 0o777).toBe(0o600);
  }
});
