import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretsFileState, secretsModeWarning } from '../../../lib/config/secrets-file';
import { asNobody, isRoot, NOBODY } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';

const asRoot = isRoot ? test : test.skip;

function fileOfMode(mode: number): string {
  const file = join(scratchDirectory(), 'secrets.yaml');
  writeFileSync(file, 'hue: {}\n');
  chmodSync(file, mode);
  return file;
}

test.each(['0600', '0400', '0700'])('mode %s is closed to other users', (mode) => {
  expect(secretsModeWarning(fileOfMode(Number.parseInt(mode, 8)))).toBeNull();
});

test.each(['0644', '0640', '0604', '0660', '0666', '0620'])(
  'mode %s is warned of, with the command that fixes it',
  (mode) => {
    const file = fileOfMode(Number.parseInt(mode, 8));
    const warning = secretsModeWarning(file);
    expect(warning).toContain(`(mode ${mode})`);
    expect(warning).toContain(`chmod 600 '${file}'`);
  },
);

asRoot('(as root) another user that owns the file is reported, root and the own user are not', () => {
  const file = fileOfMode(0o644);
  expect(asNobody(() => secretsFileState(file).foreignOwner)).toBeNull();
  chownSync(file, NOBODY, NOBODY);
  expect(asNobody(() => secretsFileState(file).foreignOwner)).toBeNull();
  expect(secretsFileState(file).foreignOwner).toBeNull();
  chownSync(file, NOBODY - 1, NOBODY);
  expect(asNobody(() => secretsFileState(file).foreignOwner)).toBe(NOBODY - 1);
});
