/**
 * Remedies that need neither root, hardware nor a person, typed to the letter by an ordinary user: in an installation as
 * `npm install -g` makes it, below a folder whose name the shell must not read.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRoot, NOBODY } from '../support/as-user';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT } from '../support/run-command';

const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
let home: Home;
let parent: string;
/** of the installation, and of all that belongs to it */
let place: string;
let installation: string;

beforeEach(async () => {
  home = await openHome({ cloud: false });
  // Not below the home of the test, which would be in the way of the names of its folders.
  parent = mkdtempSync(join(tmpdir(), 'remedies-'));
  place = join(parent, 'Bob\'s "$HOME" `place`');
  installation = join(place, 'lib/node_modules/home-temperature-monitor');
  for (const part of ['bin', 'dist', 'config', 'package.json']) {
    cpSync(join(PROJECT_ROOT, part), join(installation, part), { recursive: true });
  }
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(installation, 'node_modules'));
  mkdirSync(join(place, 'bin'));
  for (const name of ['collect-hue', 'data', 'health']) {
    symlinkSync(join(installation, 'bin', `${name}.js`), join(place, 'bin', `htm-${name}`));
  }
  const files = join(place, 'config/home-temperature-monitor');
  mkdirSync(files, { recursive: true });
  cpSync(dirname(home.configFile), files, { recursive: true });
  if (isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, parent]);
  chmodSync(parent, 0o755);
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const data = (...names: string[]) => join(place, 'data/home-temperature-monitor', ...names);

/** What a shell makes of a line, with the surroundings of a user whose folders are below `place`. */
async function type(line: string): Promise<{ exitCode: number | null; said: string }> {
  const env = {
    PATH: `${join(place, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: place,
    ...{ XDG_CONFIG_HOME: join(place, 'config'), XDG_DATA_HOME: join(place, 'data') },
    XDG_STATE_HOME: join(place, 'state'),
  };
  const shell = spawn('sh', ['-c', line], { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'], ...user });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [exitCode] = (await once(shell, 'close')) as [number | null];
  return { exitCode, said };
}

/** The command of a remedy: what follows the colon at the end of its sentence. */
const commandIn = (said: string, begin: RegExp) =>
  said.split('\n').flatMap((line) => new RegExp(`: (${begin.source}.*)$`).exec(line)?.[1] ?? [])[0] ?? 'no remedy';

interface Trouble {
  name: string;
  breakIt: () => void;
  /** the exit code of the cycle that says what to do */
  exits: number;
  /** how the remedies begin: each cycle says the next one */
  commands: RegExp[];
  /** … of the typed remedy; default 0 */
  remedyExits?: number;
}

test.each<Trouble>([
  {
    name: 'a data directory that is read-only',
    breakIt: () => chmodSync(data(), 0o555),
    exits: 1,
    commands: [/chmod -R u\+rwX/],
  },
  {
    name: 'a database that may not be read',
    breakIt: () => chmodSync(data('readings.db'), 0),
    exits: 1,
    commands: [/chmod -R u\+rwX/],
  },
  {
    name: 'a file where the data directory should be',
    breakIt: () => {
      renameSync(data(), `${data()}.away`);
      writeFileSync(data(), 'mine\n');
    },
    exits: 1,
    commands: [/mv /],
  },
  {
    name: 'a folder where the database should be',
    breakIt: () => {
      rmSync(data('readings.db'));
      mkdirSync(data('readings.db', 'mine'), { recursive: true });
    },
    exits: 1,
    commands: [/mv /],
  },
  {
    name: 'a damaged database, which is set aside',
    breakIt: () => writeFileSync(data('readings.db'), 'lightning struck\n'.repeat(1000)),
    exits: 3,
    commands: [/'.*htm-data' merge/],
    remedyExits: 1, // nothing of it can be read
  },
])('$name', async ({ breakIt, exits, commands, remedyExits = 0 }) => {
  expect(await type('htm-collect-hue')).toEqual({ exitCode: 0, said: '' });
  breakIt();
  for (const wanted of commands) {
    const broken = await type('htm-collect-hue');
    expect(broken).toMatchObject({ exitCode: exits });
    const remedy = commandIn(broken.said, wanted);
    expect({ remedy, ...(await type(remedy)) }).toMatchObject({ exitCode: remedyExits });
  }
  expect(await type('htm-collect-hue')).toEqual({ exitCode: 0, said: '' });
  expect((await type('htm-health database')).said).toMatch(/^(pass|warn) {2}database/m);
});

test('the driver: a package that is not there is installed, one without its native part is built', async () => {
  const modules = join(installation, 'node_modules');
  rmSync(modules);
  const missing = await type('htm-data clock');
  expect(commandIn(missing.said, /cd '/)).toMatch(/^cd '.*home-temperature-monitor' && npm install --omit=dev$/);
  mkdirSync(join(modules, 'sqlite3'), { recursive: true });
  writeFileSync(join(modules, 'sqlite3', 'package.json'), '{"name":"sqlite3","version":"6.0.1"}');
  const unbuilt = await type('htm-data clock');
  const build = commandIn(unbuilt.said, /cd '/);
  expect(build).toMatch(/&& npm rebuild sqlite3$/);
  expect([missing.exitCode, unbuilt.exitCode]).toEqual([2, 2]);
  // The shell finds the folder.
  const found = await type(build.replace('npm rebuild sqlite3', 'ls'));
  expect(found).toMatchObject({ exitCode: 0, said: expect.stringContaining('package.json') as string });
});
