import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../../lib/store/database';
import { applyFileMode, refuseOddFiles, sideFiles } from '../../../lib/store/files';
import { scratchDirectory } from '../../support/scratch';

let path: string;
let victim: string;
beforeEach(() => {
  const directory = scratchDirectory();
  path = join(directory, 'readings.db');
  victim = join(directory, 'victim');
  writeFileSync(victim, 'precious', { mode: 0o600 });
});

test('the mode is set on the database and its side files, never on what a link leads to', async () => {
  const database = await Database.open(path, 'create');
  await database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  symlinkSync(victim, `${path}-journal`);
  applyFileMode(path, 0o640);
  const modes = [path, `${path}-wal`, `${path}-shm`, victim].map((file) => statSync(file).mode & 0o777);
  expect(modes).toEqual([0o640, 0o640, 0o640, 0o600]);
  await database.close();
});

test('setting the mode keeps the locks that this process holds on the database', async () => {
  const database = await Database.open(path, 'create');
  await database.exec('CREATE TABLE t (x); BEGIN EXCLUSIVE');
  applyFileMode(path, 0o640);
  const other = [
    "const { Database } = require('sqlite3');",
    `new Database(${JSON.stringify(path)}).exec('BEGIN EXCLUSIVE', (error) => console.log(error?.code ?? 'got it'));`,
  ].join('');
  const said = execFileSync(process.execPath, ['-e', other], { cwd: join(__dirname, '../../..'), encoding: 'utf8' });
  expect(said.trim()).toBe('SQLITE_BUSY');
  await database.close();
});

test('a link or a pipe in the place of the database or of a side file is named before SQLite opens it', async () => {
  for (const file of [path, ...sideFiles(path)]) {
    for (const plant of [() => symlinkSync(victim, file), () => execFileSync('mkfifo', [file])]) {
      plant();
      expect(() => refuseOddFiles(path)).toThrow(`${file} is a `);
      await expect(Database.open(path, 'create')).rejects.toMatchObject({
        type: 'database_readonly',
        remediation: expect.stringContaining(`rm '${file}'`) as string,
      });
      execFileSync('rm', [file]);
    }
  }
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(existsSync(path)).toBe(false);
});
