import { chownSync, existsSync, lstatSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, ownLike } from '../../../lib/files/ownership';
import { asNobody, isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const asRoot = isRoot ? test : test.skip;

describe('makeDirectory', () => {
  test('makes all missing parents, and leaves what is there', () => {
    const path = join(scratchDirectory(), 'a', 'b', 'c');
    makeDirectory(`${path}/`);
    makeDirectory(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test('a single missing directory with a trailing slash is made', () => {
    const path = join(scratchDirectory(), 'a');
    makeDirectory(`${path}/`, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('a file in its place, or in the place of a parent, is an error that names the path', () => {
    const file = join(scratchDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => makeDirectory(file)).toThrow(`Cannot create the directory ${file}: something else of that name`);
    expect(() => makeDirectory(join(file, 'below'))).toThrow('is a file, not a directory (ENOTDIR)');
  });

  (existsSync('/proc/self') ? it : it.skip)('if nothing can be made, it says so and ends (needs /proc)', () => {
    expect(() => makeDirectory('/proc/no-such-folder/data')).toThrow('/proc/no-such-folder/data');
  });

  asRoot('(as root) each new directory takes the owner of its parent', () => {
    const top = scratchDirectory();
    chownSync(top, NOBODY, NOBODY);
    makeDirectory(join(top, 'data', 'spool'));
    expect(statSync(join(top, 'data')).uid).toBe(NOBODY);
    expect(statSync(join(top, 'data', 'spool')).uid).toBe(NOBODY);
    asNobody(() => makeDirectory(join(top, 'data', 'spool', 'more')));
    expect(existsSync(join(top, 'data', 'spool', 'more'))).toBe(true);
  });

  asRoot('(as root) a user who may not write the parent gets a sentence', () => {
    const path = join(scratchDirectory(), 'data');
    expect(() => asNobody(() => makeDirectory(path))).toThrow('permission denied (EACCES)');
  });
});

describe('ownLike', () => {
  asRoot('(as root) changes a link itself, never what it points at', () => {
    const top = scratchDirectory();
    mkdirSync(join(top, 'theirs'));
    chownSync(join(top, 'theirs'), NOBODY, NOBODY);
    writeFileSync(join(top, 'precious'), '');
    symlinkSync('../precious', join(top, 'theirs', 'link'));
    ownLike(join(top, 'theirs'), join(top, 'theirs', 'link'));
    expect(lstatSync(join(top, 'theirs', 'link')).uid).toBe(NOBODY);
    expect(statSync(join(top, 'precious')).uid).toBe(0);
  });

  asRoot('(as root) does nothing for a process that is not root', () => {
    const top = scratchDirectory();
    writeFileSync(join(top, 'file'), '');
    asNobody(() => ownLike('/nowhere', join(top, 'file')));
    expect(statSync(join(top, 'file')).uid).toBe(0);
  });
});
