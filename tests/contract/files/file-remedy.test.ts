/** Each remedy is right for the error's code, whatever the file is called, and can be typed as printed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../../lib/files/file-error';
import { databaseFileError } from '../../../lib/store/database-error';
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

describe.each(CODES)('%s', (code, says) => {
  test.each(['a folder', "Bob's `$HOME` \\folder"])('in %s', (name) => {
    const folder = join(scratchDirectory(), name);
    mkdirSync(folder);
    const file = join(folder, 'readings.db');
    const thrown = Object.assign(new Error(`${code}: so it is`), { code });
    for (const { remedy, remediation } of [fileError('write', file, thrown, folder), databaseFileError(file, thrown)]) {
      expect(remediation).toMatch(says);
      // The shell sees one command and finds the very same path in it.
      const words = spawnSync('sh', ['-c', `set -- ${remedy.command.replaceAll(/[;|&]/g, ' ')}; printf '%s\\n' "$@"`]);
      const typed = words.stdout.toString().split('\n');
      expect(words.status).toBe(0);
      if (/'/.test(remedy.command)) expect(typed).toEqual(expect.arrayContaining([expect.stringContaining(folder)]));
    }
  });
});

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
