/** The question of StrictModes: could another user change this file, also by way of a folder above it? */
import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openToOthers } from '../../../lib/files/who-may-write';
import { isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const ME = process.geteuid?.() ?? 0;

function fileIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, '', { mode: 0o600 });
  return file;
}

const found = (path: string, trusted = [ME]) =>
  openToOthers([path, path], trusted).map(({ path: where, what }) => `${where} ${what}`);

test('a file of ours in folders of ours, below the sticky /tmp, is open to nobody; nor is one that is not there', () => {
  const file = fileIn(join(scratchDirectory(), 'config'));
  expect(found(file)).toEqual([]);
  expect(found(`${file}.missing`)).toEqual([]);
});

test.each([
  ['every user', 0o602, 'file', 'can be written by every user'],
  ['every user', 0o777, 'folder', 'can be written by every user'],
  ['every user', 0o777, 'folder above', 'can be written by every user'],
])('%s may write with mode %s: the %s is named, once, with what to type', (_who, mode, which, what) => {
  const above = scratchDirectory();
  const folder = join(above, "it's");
  const file = fileIn(folder);
  const path = { file, folder, 'folder above': above }[which] ?? '';
  chmodSync(path, mode);
  expect(openToOthers([file, file], [ME])).toEqual([
    { path, what, command: `chmod go-w '${path.replaceAll("'", "'\\''")}'` },
  ]);
});

test('a sticky folder that all may write is no weakness; what a link leads to is looked at as well', () => {
  const file = fileIn(join(scratchDirectory(), 'config'));
  const elsewhere = scratchDirectory();
  chmodSync(elsewhere, 0o1777);
  const link = join(elsewhere, 'config.yaml');
  symlinkSync(file, link);
  expect(found(link)).toEqual([]);
  chmodSync(file, 0o666);
  expect(found(link)).toEqual([`${realpathSync(file)} can be written by every user`]);
});

const asRoot = isRoot ? test : test.skip;

asRoot('a group counts unless it is the owner’s own; another owner counts unless trusted', () => {
  const file = fileIn(join(scratchDirectory(), 'config'));
  chmodSync(file, 0o660);
  expect(found(file)).toEqual([]); // root's own group
  chownSync(file, 0, 4242); // a group of which nobody is known to be a member
  expect(found(file)).toEqual([]);
  chownSync(file, NOBODY, 0);
  expect(found(file)).toEqual([`${file} belongs to user ${NOBODY}`]);
  expect(found(file, [ME, NOBODY])).toEqual([]);
});
