/** A dashboard is another user: both ways of docs/running.md to let it read, with the real command line of SQLite. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../support/as-user';
import { openHome, type Home } from '../support/home';

const hasTools = ['sqlite3', 'setpriv'].every((name) => spawnSync('which', [name]).status === 0);
const why = !isRoot
  ? ' (skipped: only root can become another user)'
  : hasTools
    ? ''
    : ' (skipped: sqlite3 or setpriv is not installed)';
const possible = why === '' ? test : test.skip;

const [OWNER, DASHBOARD, SHARED] = [1000, 1234, 2000];
const as = (uid: number, groups: number) => [
  'setpriv',
  '--reuid',
  String(uid),
  '--regid',
  String(uid),
  '--groups',
  String(groups),
];

/** A connection that stays open, as a dashboard's does. */
function openAsDashboard(file: string, parameters = 'mode=ro') {
  const [program, ...words] = [...as(DASHBOARD, SHARED), 'sqlite3', '-batch', `file:${file}?${parameters}`];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const hear = (part: Buffer) => void (said += part.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const answered = (before: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!said.slice(before).includes('\n')) return;
        child.stdout.off('data', look);
        child.stderr.off('data', look);
        resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
    });
  return {
    ask: async (sql: string) => {
      const before = said.length;
      const answer = answered(before);
      child.stdin.write(`${sql};\n`);
      await answer;
      return said.slice(before).trim();
    },
    close: () => {
      child.stdin.end();
      return closed;
    },
  };
}

async function homeOfOwner(fileMode: string): Promise<{ home: Home; cycle: () => Promise<unknown> }> {
  const home = await openHome({ cloud: false, config: { storage: { file_mode: fileMode } } });
  for (const folder of [home.dataDirectory, home.logDirectory]) mkdirSync(folder);
  for (const path of [home.secretsFile, home.configFile, home.dataDirectory, home.logDirectory])
    chownSync(path, OWNER, OWNER);
  const cycle = () => home.run('collect-hue', [], { wrapper: as(OWNER, SHARED) });
  return { home, cycle };
}

const DONE = { exitCode: 0, stdout: '', stderr: '' };
const COUNT = 'SELECT count(*) FROM cycles';

possible(`a dashboard in the group of the data sees each cycle, and is in no cycle's way${why}`, async () => {
  const { home, cycle } = await homeOfOwner('0664');
  chownSync(home.dataDirectory, OWNER, SHARED);
  chmodSync(home.dataDirectory, 0o2770);
  expect(await cycle()).toMatchObject(DONE);
  // It opens the database while no cycle runs, so that the side files are its own.
  const dashboard = openAsDashboard(home.databaseFile);
  expect(await dashboard.ask(COUNT)).toBe('1');
  expect(statSync(`${home.databaseFile}-shm`)).toMatchObject({ uid: DASHBOARD, gid: SHARED });
  for (const cycles of ['2', '3']) {
    expect(await cycle()).toMatchObject(DONE);
    expect(await dashboard.ask(COUNT)).toBe(cycles);
  }
  expect(await dashboard.ask('DELETE FROM cycles')).toMatch(/readonly|read-only|cannot modify/);
  await dashboard.close();
  expect(await cycle()).toMatchObject(DONE);
});

possible(`a dashboard reads a copy in a folder that it cannot write, while cron replaces it${why}`, async () => {
  const { home, cycle } = await homeOfOwner('0640');
  const folder = join(home.directory, 'copy');
  const file = join(folder, 'readings.db');
  mkdirSync(folder);
  chownSync(folder, OWNER, SHARED);
  chmodSync(folder, 0o2750);
  const copy = () => home.run('report', ['backup', file], { wrapper: as(OWNER, SHARED) });
  await cycle();
  expect(await copy()).toMatchObject({ exitCode: 0, stderr: '' });
  const first = openAsDashboard(file);
  expect(await first.ask(COUNT)).toBe('1');
  await cycle();
  expect(await copy()).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await first.ask(COUNT)).toBe('1');
  const second = openAsDashboard(file);
  expect(await second.ask(COUNT)).toBe('2');
  for (const dashboard of [first, second]) await dashboard.close();
  expect(readdirSync(folder)).toEqual(['readings.db']);
  expect(spawnSync('setpriv', [...as(DASHBOARD, SHARED).slice(1), 'touch', join(folder, 'x')]).status).toBe(1);
});
