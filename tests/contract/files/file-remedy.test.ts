/** Each remedy is right for the error's code, whatever the file is called, and can be typed as printed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MonitorError } from '../../../lib/errors';
import { fileError } from '../../../lib/files/file-error';
import { databaseFileError } from '../../../lib/store/database-error';
import { isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const CODES: readonly [code: string, says: RegExp][] = [
  ['ENOSPC', /Make room.*df -h/],
  ['EDQUOT', /quota.*df -h/],
  ['EROFS', /read-only.*fsck.*findmnt.*dmesg/],
  ['EIO', /dmesg/],
  ['EFBIG', /FAT: 4 GB.*ulimit -f/],
  ['EMFILE', /ulimit -n/],
  ['ENFILE', /file-nr/],
  ['ENODEV', /mergerfs.*findmnt/],
  ['ENOSYS', /another disk in config\.yaml.*findmnt/],
  ['EACCES', /namei|chmod|chown/],
  ['ELOOP', /namei/],
];

const programOf = (part: string) => /^\s*(?:sudo )?(\S+)/.exec(part)?.[1] ?? '';
const inShell = (line: string, cwd = '/') =>
  spawnSync('sh', ['-c', line], { cwd, ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) }).status;

describe.each(CODES)('%s', (code, says) => {
  test.each(['a folder', "Bob's `$HOME` \\folder"])('in %s', (name) => {
    const parent = scratchDirectory();
    chmodSync(parent, 0o755);
    const folder = join(parent, name);
    mkdirSync(folder);
    const file = join(folder, 'readings.db');
    writeFileSync(file, '');
    const thrown = Object.assign(new Error(`${code}: so it is`), { code });
    for (const { remedy, remediation } of [fileError('write', file, thrown, folder), databaseFileError(file, thrown)]) {
      expect(remediation).toMatch(says);
      // The shell sees one command and finds the very same path in it.
      const words = spawnSync('sh', ['-c', `set -- ${remedy.command.replaceAll(/[;|&]/g, ' ')}; printf '%s\\n' "$@"`]);
      const typed = words.stdout.toString().split('\n');
      expect(words.status).toBe(0);
      if (/'/.test(remedy.command)) expect(typed).toEqual(expect.arrayContaining([expect.stringContaining(folder)]));
      for (const part of remedy.command.split(/;|&&|\|/)) expect(inShell(`command -v ${programOf(part)}`)).toBe(0);
      // What only shows something works for every user.
      if (!/sudo|chmod/.test(remedy.command)) expect(inShell(remedy.command, folder)).toBe(0);
    }
  });
});

(isRoot ? test : test.skip)(
  `a disk with room but no inodes${isRoot ? '' : ' (skipped: only root can mount one)'}`,
  () => {
    const disk = scratchDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=4', 'none', disk]);
    try {
      const make = (name: string) => writeFileSync(join(disk, name), '');
      for (const name of ['1', '2', '3']) make(name);
      let failure: MonitorError | null = null;
      try {
        make('4');
      } catch (thrown) {
        failure = fileError('write', join(disk, '4'), thrown, disk);
      }
      expect(failure?.remediation).toMatch(/no inodes left.*df -i '/);
      expect(inShell(failure?.remedy.command ?? 'false')).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);

test('a link to nothing on the way is what is said, not the file behind it', () => {
  const link = join(scratchDirectory(), 'data');
  symlinkSync('/mnt/not/there', link);
  const { message, remediation } = fileError(
    'read',
    join(link, 'x'),
    Object.assign(new Error('x'), { code: 'ENOENT' }),
  );
  expect(message).toContain(`${link} is a symbolic link to /mnt/not/there, which is not there`);
  expect(remediation).toContain(`ls -l '${link}'`);
});
