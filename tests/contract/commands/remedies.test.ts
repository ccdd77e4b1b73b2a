/**
 * Every command that a text of lib/ tells a person to type: it is one, its flags are known, and the shell understands it,
 * in a clone with other files, after `npm install -g`, and as systemd has it. What only looks is run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATIONS } from '../../../lib/cli/data/operations';
import { ownCommands } from '../../../lib/cli/own-command';
import { CHECKS } from '../../../lib/health/checks';
import { asTyped } from '../../../lib/typed-command';
import { PROJECT_ROOT, runCommand } from '../../support/run-command';
import { scratchDirectory } from '../../support/scratch';

const LIB = join(PROJECT_ROOT, 'lib');
const FILE = join(PROJECT_ROOT, 'package.json');

const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/^(simulator|packaging)\//.test(name))
  .map((name) => readFileSync(join(LIB, name), 'utf8').replace(/^ *(\/\*|\*|\/\/).*$/gm, ''))
  .map((text) => text.replaceAll(/\$\{shellQuoted\(`[^`]*`\)\}/g, '${path}'));

/** What stands in a text for something that is known only when it is printed. */
const filledIn = (text: string): string =>
  text
    .replaceAll(/\$\{nameFlag\(\w+\)\}|\$\{flag \|\| ' --name NAME'\}/g, ' --name attic')
    .replaceAll(/\$\{first\?\.address \?\? 'ADDRESS'\}/g, '192.168.1.10')
    .replaceAll(/\\?\$\{EDITOR:-vi\}/g, 'true')
    .replaceAll(/\$\{[^}]*\}/g, `'${FILE}'`);

/** Our own, as in a clone: `health amazon_aqm --fresh`. What follows in prose is cut off. */
const own = [
  ...new Set(
    sources.flatMap((text) =>
      [
        ...text.matchAll(
          /\bnode bin\/([a-z-]+\.js(?: +(?:--?[a-z-]+|'[^'\n]*'|\$\{[^}]*\}+|[a-z_]+|[A-Z]+|[\d.]+)| *\$\{[^}]*\})*)/g,
        ),
      ].map(([, words = '']) =>
        filledIn(words)
          .replace(/\.js/, '')
          .replace(/ {2,}.*/, ''),
      ),
    ),
  ),
];

/** Of other programs, and of several commands in one line. */
const others = [
  ...new Set(
    sources
      .flatMap((text) => [...text.matchAll(/\bcommand: (?:`((?:\\.|[^`])*)`|'((?:\\.|[^'\n])*)')/g)])
      .map(([, template, plain]) => filledIn(template ?? plain ?? ''))
      .filter((command) => command !== '' && !command.startsWith('node bin/')),
  ),
];

test('the texts were found', () => {
  expect(own.length).toBeGreaterThan(25);
  expect(others.length).toBeGreaterThan(25);
});

const WORDS: Record<string, readonly string[]> = {
  health: CHECKS.map(({ name }) => name),
  report: ['gaps', 'cycles', 'retries', 'summary', 'serve', 'backup'],
  perf: ['baseline', 'compare'],
  data: OPERATIONS.map(({ name }) => name),
};

test.each([...new Set(own.map((line) => line.split(' ')[0] ?? ''))])(
  '%s: it is a command, and all flags are known',
  async (name) => {
    const lines = own.map(wordsOf).filter(([program]) => program === name);
    const args = lines.flatMap(([, ...words]) => words.slice(words.findIndex((word) => word.startsWith('--'))));
    // --help comes first, so that nothing is done; all other words are understood nevertheless.
    const flags = args.some((word) => word.startsWith('--')) ? args : [];
    const takesWords = WORDS[name] !== undefined;
    const { exitCode, stderr } = await runCommand(name, {
      args: [
        '--help',
        ...flags.filter((word, index) => takesWords || word.startsWith('--') || flags[index - 1]?.startsWith('--')),
      ],
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const first = lines.flatMap(([, word = '--']) => (/^[a-z_-]+$/.test(word) && !word.startsWith('--') ? [word] : []));
    if (takesWords) expect(first.filter((word) => !WORDS[name]?.includes(word))).toEqual([]);
  },
);

test.each(others)('%s: the shell understands it', (command) => {
  expect(spawnSync('bash', ['-n'], { input: command, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

/** They look, and need neither root nor hardware. */
const LOOKING = /^(ls|df|namei|findmnt|cat|getent|lsattr|ulimit) /;
const looking = others.flatMap((command) => command.split(/; | && /)).filter((command) => LOOKING.test(command));
const isThere = (command: string) =>
  spawnSync('bash', ['-c', `command -v ${command.split(' ')[0] ?? ''}`]).status === 0;

describe.each([...new Set(looking)])('%s', (command) => {
  const possible = isThere(command) ? test : test.skip;
  possible(`${isThere(command) ? '' : '(its program is missing here) '}can be run`, () => {
    const typed = command.replace(/(getent hosts) .*/, '$1 localhost');
    const { status, stderr } = spawnSync('bash', ['-c', typed], { encoding: 'utf8' });
    // A file system may have no attributes; the command was understood nevertheless.
    if (!typed.startsWith('lsattr')) expect({ typed, status, stderr }).toEqual({ typed, status: 0, stderr: '' });
  });
});

/** What a shell makes of a command line. */
function wordsOf(line: string): string[] {
  const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
  return stdout.trimEnd().split('\n');
}

describe('in each kind of installation, the program that is named is there', () => {
  const names = [...new Set(own.map((line) => line.split(' ')[0] ?? ''))];

  /** A copy of what matters here; the configuration is in a folder whose name has to be quoted. */
  function installation(...folders: string[]) {
    const root = join(scratchDirectory(), ...folders);
    const files = join(root, "it's mine", 'config');
    mkdirSync(files, { recursive: true });
    symlinkSync(join(PROJECT_ROOT, 'bin'), join(root, 'bin'));
    symlinkSync(join(PROJECT_ROOT, 'cron'), join(root, 'cron'));
    const config = join(files, 'config.yaml');
    writeFileSync(config, 'hue: { bridge_url: "http://192.168.1.10" }\n');
    return { root, config, secrets: join(files, 'secrets.yaml') };
  }

  test.each([...names, 'cron/install.sh'])('%s', (name) => {
    const text = name.includes('/') ? name : `node bin/${name}.js`;
    const clone = installation();
    const byNpm = installation('lib', 'node_modules', 'home-temperature-monitor');
    const linked = join(byNpm.root, '../../../bin');
    const program = `htm-${name.includes('/') ? 'install-cron' : name}`;
    mkdirSync(linked);
    symlinkSync(join(byNpm.root, name.includes('/') ? name : `bin/${name}.js`), join(linked, program));
    const secrets = '/run/credentials/unit/secrets.yaml';
    const surroundings: [ReturnType<typeof installation>, object, NodeJS.ProcessEnv][] = [
      [clone, {}, {}],
      [clone, { config: clone.config, secrets: clone.secrets }, {}],
      [byNpm, {}, {}],
      [
        clone,
        {},
        {
          HOME_MONITOR_CONFIG: clone.config,
          HOME_MONITOR_SECRETS: secrets,
          CREDENTIALS_DIRECTORY: '/run/credentials/unit',
        },
      ],
    ];
    for (const [{ root }, flags, environment] of surroundings) {
      const typed = wordsOf(
        asTyped(text, ownCommands(flags, { environment, installation: root, user: process.geteuid?.() ?? 0 })),
      );
      const [node, script] = typed[0] === 'node' ? typed : ['', typed[0]];
      expect(['', 'node']).toContain(node);
      expect({ typed, isThere: existsSync(script ?? '') }).toEqual({ typed, isThere: true });
      const named = typed.filter((word) => word.endsWith('.yaml'));
      expect(named.every((word) => word.startsWith('/') && !word.startsWith('/run/'))).toBe(true);
    }
  });
});
