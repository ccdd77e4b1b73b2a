import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { existingPartOf } from '../../../lib/files/existing-part';
import { refusalToMake } from '../../../lib/health/refusal-to-make';
import { scratchDirectory } from '../../support/scratch';

test('the nearest part that exists, also if it is a file', () => {
  const directory = scratchDirectory();
  expect(existingPartOf(directory)).toBe(directory);
  expect(existingPartOf(join(directory, 'not', 'yet'))).toBe(directory);
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(existingPartOf(join(file, 'data'))).toBe(file);
});

test('a link that leads nowhere is said, and what it leads to: nothing can be made there', () => {
  const link = join(scratchDirectory(), 'data');
  symlinkSync('/mnt/disk/that/is/not/there', link);
  expect(() => existingPartOf(join(link, 'spool'))).toThrow(
    /data is a symbolic link to \/mnt\/disk\/that\/is\/not\/there, which is not there/,
  );
});

test('a trial leaves nothing behind', () => {
  const directory = scratchDirectory();
  expect(refusalToMake(join(directory, 'data'), directory)).toBeNull();
  expect(readdirSync(directory)).toEqual([]);
});

test('what cannot be made is said with a command to type', () => {
  const closed = join(scratchDirectory(), 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o555);
  // root may write there nevertheless; in /proc nobody may
  const place = process.getuid?.() === 0 ? '/proc' : closed;
  const refusal = refusalToMake(join(place, 'data'), place);
  expect(refusal).toMatchObject({ type: 'file_system', message: expect.stringContaining('data') as string });
  expect(refusal?.remediation).toContain(`namei -l '${join(place, 'data')}'`);
});
