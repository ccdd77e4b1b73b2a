import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { existingPartOf, refusalToMake } from '../../../lib/health/existing-part';
import { scratchDirectory } from '../../support/scratch';

test('the nearest part that exists, also if it is a file', () => {
  const directory = scratchDirectory();
  expect(existingPartOf(directory)).toBe(directory);
  expect(existingPartOf(join(directory, 'not', 'yet'))).toBe(directory);
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(existingPartOf(join(file, 'data'))).toBe(file);
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
