/**
 * Another user who may write in data/ and logs/ puts a link to a file, or a pipe, in the place of each file that the
 * commands keep there. The target of a link does not change, and nothing hangs.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRoot, NOBODY } from '../support/as-user';
import { fillDataDirectory } from '../support/filled-home';
import { openHome, type Home } from '../support/home';

const COMMANDS: readonly (readonly [command: string, ...args: string[]])[] = [
  ['collect-hue', '--quiet-repeats'],
  ['collect-aqm', '--quiet-repeats'],
  ['health', '--fresh'],
  ['report', '--format', 'influx', '--since-last'],
  ['perf', 'compare', '--cycles', '1'],
];
/** Files that exist only while a command runs, or only after a failure. */
const PASSING = [
  'data/.write-test',
  'data/spool/.write-test',
  'data/readings.db-wal',
  'data/readings.db-shm',
  'data/readings.db-journal',
  'data/readings.db.new',
  'data/.hue.lock-journal',
  'data/ALERT_TOKEN_REFRESH_NEEDED.txt',
  'data/alert-state.json',
  'data/bridge-state.json',
  'data/bridge-certificate.json',
  'data/spool/20260101T000000000Z-hue.json',
  'logs/.lock',
  'logs/.writer-1-planted',
];

let home: Home;
let filled: string;
let victim: string;
beforeAll(async () => {
  home = await openHome({ config: { retry: { max_attempts: 0 }, logging: { level: 'debug' } } });
  await fillDataDirectory(home);
  filled = join(home.directory, 'filled');
  for (const name of ['data', 'logs']) cpSync(join(home.directory, name), join(filled, name), { recursive: true });
  victim = join(home.directory, 'victim');
});
afterAll(() => home.close());

beforeEach(() => {
  for (const name of ['data', 'logs']) {
    rmSync(join(home.directory, name), { recursive: true, force: true });
    cpSync(join(filled, name), join(home.directory, name), { recursive: true });
    // As with `sudo` by hand: the folders belong to another user than root.
    if (isRoot) execFileSync('chown', ['-R', String(NOBODY), join(home.directory, name)]);
  }
  mkdirSync(join(home.dataDirectory, 'spool'), { recursive: true });
  rmSync(victim, { force: true });
  writeFileSync(victim, 'precious '.repeat(50), { mode: 0o640 });
  chmodSync(victim, 0o640);
});

function stateOf(file: string): unknown {
  const { ino, mode, uid, gid, size, mtimeMs } = statSync(file);
  return { ino, mode, uid, gid, size, mtimeMs, content: readFileSync(file, 'utf8') };
}

function namesToPlant(): string[] {
  const kept = ['data', 'logs'].flatMap((folder) =>
    readdirSync(join(filled, folder))
      .map((name) => `${folder}/${name}`)
      .filter((name) => !statSync(join(filled, name)).isDirectory()),
  );
  expect(kept).toEqual(expect.arrayContaining(['data/readings.db', 'data/readings.lock', 'data/.hue.lock']));
  expect(kept.length).toBeGreaterThanOrEqual(18);
  return [...new Set([...kept, ...PASSING])];
}

/** A collector has nothing to do with what only the other one keeps. */
function mayTouch(command: string, name: string): boolean {
  if (/amazon|aqm|alert/i.test(name)) return command !== 'collect-hue' && command !== 'perf';
  return command !== 'collect-aqm' || !/hue|bridge/.test(name);
}

async function runAll(planted: string): Promise<{ command: string; exitCode: number | null; stderr: string }[]> {
  return await Promise.all(
    COMMANDS.filter(([command]) => mayTouch(command, planted)).map(async ([command, ...args]) => {
      const { exitCode, stderr } = await home.run(command, args);
      return { command, exitCode, stderr };
    }),
  );
}

const LONG_MS = 600_000;

test.each([
  ['a link', namesToPlant, (path: string) => symlinkSync(victim, path)],
  ['a pipe', namesToPlant, (path: string) => execFileSync('mkfifo', [path])],
  // Only a name that a command creates could bring its target into being.
  ['a dangling link', () => PASSING, (path: string) => symlinkSync(join(home.directory, 'created'), path)],
] as const)(
  '%s in the place of each of their files: no command changes what it leads to, hangs, or calls it a defect',
  async (_kind, names, plant) => {
    const before = stateOf(victim);
    for (const name of names()) {
      const path = join(home.directory, name);
      rmSync(path, { force: true });
      plant(path);
      const results = await runAll(name);
      expect({ name, victim: stateOf(victim) }).toEqual({ name, victim: before });
      expect({ name, created: existsSync(join(home.directory, 'created')) }).toEqual({ name, created: false });
      for (const result of results) {
        expect({ name, ...result }).toMatchObject({ exitCode: expect.any(Number) as number });
        expect({ name, ...result }).not.toMatchObject({ stderr: expect.stringMatching(/defect|^ +at /m) as string });
      }
      rmSync(path, { force: true });
      if (existsSync(join(filled, name))) cpSync(join(filled, name), path);
    }
  },
  LONG_MS,
);

test.each([
  ['.hue.lock', ['collect-hue']],
  ['.write-test', ['collect-hue']],
  ['spool/.write-test', ['collect-hue']],
  ['readings.lock', ['collect-hue']],
  ['readings.db', ['collect-hue']],
  ['readings.db-wal', ['collect-hue']],
  ['readings.db', ['report']],
  ['.export.lock', ['report', '--format', 'influx', '--since-last']],
] as const)('a link at data/%s ends %j with exit 1, and its remedy works as it is printed', async (name, command) => {
  const path = join(home.dataDirectory, name);
  rmSync(path, { force: true });
  symlinkSync(victim, path);
  const [program, ...args] = command;
  const { exitCode, stderr } = await home.run(program, args);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(path) as string });
  const remedy = /rm '[^']*'/.exec(stderr)?.[0] ?? 'false';
  execFileSync('sh', ['-c', remedy]);
  expect((await home.run(program, args)).exitCode).toBe(0);
  expect(lstatSync(victim).size).toBe(450);
});

test('what a cycle read while there is a link in the place of the database waits in the spool', async () => {
  renameSync(home.databaseFile, join(home.directory, 'elsewhere.db'));
  symlinkSync(join(home.directory, 'elsewhere.db'), home.databaseFile);
  const { exitCode, stderr } = await home.run('collect-hue');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('elsewhere.db');
  expect(stderr).toContain('8 readings kept in the spool');
  const health = await home.run('health', ['database']);
  expect(health).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('is a symbolic link') as string });
});

test('a link in the place of a log: one line on stderr, the readings are stored, and health says so', async () => {
  const log = join(home.logDirectory, 'collect-hue.log');
  rmSync(log);
  symlinkSync(victim, log);
  const { exitCode, stderr } = await home.run('collect-hue');
  expect({ exitCode, lines: stderr.split('\n').length }).toEqual({ exitCode: 0, lines: 2 });
  expect(stderr).toContain(`rm '${log}'`);
  expect((await home.run('health', ['logging'])).stdout).toContain(`${log} is a symbolic link`);
});

test('data/ and logs/ themselves may be links', async () => {
  for (const name of ['data', 'logs']) {
    renameSync(join(home.directory, name), join(home.directory, `${name}.elsewhere`));
    symlinkSync(join(home.directory, `${name}.elsewhere`), join(home.directory, name));
  }
  const backup = ['report', 'backup', join(home.dataDirectory, 'copy.db')] as const;
  for (const [program, ...args] of [['collect-hue'], ['collect-aqm'], ['report'], backup] as const) {
    expect(await home.run(program, args)).toMatchObject({ exitCode: 0, stderr: '' });
  }
  for (const name of ['data', 'logs']) {
    rmSync(join(home.directory, name));
    rmSync(join(home.directory, `${name}.elsewhere`), { recursive: true });
  }
});

(isRoot ? test : test.skip)(
  `a spool that is a link to another user's folder is not used, the database takes the readings${isRoot ? '' : ' (skipped: only root can give a link away)'}`,
  async () => {
    const folder = join(home.directory, 'precious');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{}');
    rmSync(join(home.dataDirectory, 'spool'), { recursive: true });
    symlinkSync(folder, join(home.dataDirectory, 'spool'));
    lchownSync(join(home.dataDirectory, 'spool'), 12345, 12345);
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0 });
    expect(readdirSync(folder)).toEqual(['package.json']);
    expect(home.logged('not_writable')).toMatchObject([
      { message: expect.stringContaining('is a symbolic link that belongs to user 12345') as string },
    ]);
    rmSync(folder, { recursive: true });
  },
);
