import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backUp } from '../../../lib/report/backup';
import { fileSink } from '../../../lib/report/sink';
import { Database } from '../../../lib/store/database';
import { databasePath } from '../../../lib/store/files';
import { asNobody, isRoot } from '../../support/as-user';
import { nthCycle } from '../../support/cycles';
import { configIn, store } from '../../support/report-home';
import { scratchDirectory } from '../../support/scratch';
import { readBack } from '../../support/storage';

async function home() {
  const directory = scratchDirectory();
  const { storage } = configIn(directory);
  await store(configIn(directory), [nthCycle(1), nthCycle(2)]);
  return { directory, storage, path: databasePath(storage.data_directory) };
}

test('a backup made while another program writes holds all that was committed', async () => {
  const { directory, storage, path } = await home();
  const writer = await Database.open(path, 'read-write');
  await writer.exec(
    "INSERT INTO word (text) VALUES ('committed'); BEGIN IMMEDIATE; INSERT INTO word (text) VALUES ('not yet')",
  );
  const file = join(directory, 'backup.db');
  expect(await backUp(storage, file)).toMatchObject({ file, cycles: 2, readings: 4 });
  await writer.exec('COMMIT');
  await writer.close();
  expect(await readBack(file)).toEqual(await readBack(path));
  const copy = await Database.open(file, 'read-only');
  expect(await copy.all("SELECT text FROM word WHERE text IN ('committed', 'not yet')")).toEqual([
    { text: 'committed' },
  ]);
  await copy.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).sort()).toEqual(['backup.db', 'data']);
});

test('an older backup is replaced; anything else of that name, and our own data, is not', async () => {
  const { directory, storage, path } = await home();
  const file = join(directory, 'backup.db');
  await backUp(storage, file);
  await store(configIn(directory), [nthCycle(3)]);
  expect((await backUp(storage, file)).cycles).toBe(3);
  const letter = join(directory, 'letter.txt');
  writeFileSync(letter, 'Dear backup, please do not replace me.');
  await expect(backUp(storage, letter)).rejects.toMatchObject({ type: 'usage' });
  for (const own of [path, `${path}-wal`, join(storage.data_directory, '..', 'data', 'readings.db')]) {
    await expect(backUp(storage, own)).rejects.toThrow(/this program's own files/);
  }
  await expect(backUp(storage, directory)).rejects.toMatchObject({
    message: expect.stringMatching(/is a folder/) as string,
    remediation: `Name a file in it: node bin/report.js backup '${join(directory, 'readings.db')}'`,
  });
  await expect(backUp(storage, `${directory}/new/`)).rejects.toThrow(/is not an existing folder/);
  expect(readFileSync(letter, 'utf8')).toMatch(/^Dear backup/);
});

test('nothing to back up is a failure, not a success', async () => {
  const directory = scratchDirectory();
  await expect(backUp(configIn(directory).storage, join(directory, 'b.db'))).rejects.toThrow(/nothing to back up/i);
  expect(readdirSync(directory)).toEqual([]);
});

test('a folder that is missing, or cannot be written: no half file, the old backup stays', async () => {
  const { directory, storage } = await home();
  await expect(backUp(storage, join(directory, 'missing', 'b.db'))).rejects.toMatchObject({ type: 'file_system' });
  const full = '/dev/full';
  await expect(backUp(storage, full)).rejects.toMatchObject({ type: 'usage' });
});

test('--output: whole or not at all, with the mode a shell would give, never over a device or our own data', async () => {
  const { directory, storage, path } = await home();
  const file = join(directory, 'out.csv');
  const sink = fileSink(file, storage.data_directory);
  sink.write('half');
  expect(readdirSync(directory).filter((name) => name === 'out.csv')).toEqual([]);
  sink.discard();
  expect(readdirSync(directory).sort()).toEqual(['data']);
  const whole = fileSink(file, storage.data_directory);
  whole.write('one\n');
  whole.write('two\n');
  whole.finish();
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what a shell would use
  expect(statSync(file).mode & 0o777).toBe(0o666 & ~process.umask());
  chmodSync(file, 0o640);
  fileSink(file, storage.data_directory).finish();
  expect(statSync(file).mode & 0o777).toBe(0o640);
  const secrets = join(directory, 'secrets.yaml');
  const own = ['export-cursor.json', 'amazon-session.json'].map((name) => join(storage.data_directory, name));
  for (const wrong of ['/dev/null', directory, path, ...own, secrets]) {
    expect(() => fileSink(wrong, storage.data_directory, [secrets])).toThrow(/will not be replaced/);
  }
});

(isRoot ? test : test.skip)(
  `a folder of somebody else is said to be the reason${isRoot ? '' : ' (skipped: only root can become another user)'}`,
  () => {
    const directory = scratchDirectory();
    const locked = join(directory, 'locked');
    mkdirSync(locked, { mode: 0o755 });
    expect(() => asNobody(() => fileSink(join(locked, 'out.csv'), directory))).toThrow(/permission denied/);
  },
);
