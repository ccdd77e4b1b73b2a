/** Unusual kinds of configuration files, which other programs have to make. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../../lib/config/faults';
import { loadConfig } from '../../../lib/config/load';
import { loadSecrets } from '../../../lib/config/secrets';
import { secretsFileState } from '../../../lib/config/secrets-file';
import { isRoot } from '../../support/as-user';
import { scratchDirectory } from '../../support/scratch';
import { thrownBy } from '../../support/thrown';

const asRoot = isRoot ? test : test.skip;

test.each([
  ['config.yaml', loadConfig],
  ['secrets.yaml', loadSecrets],
] as const)('%s that is a pipe nobody writes to does not hang', (name, load) => {
  const file = join(scratchDirectory(), name);
  execFileSync('mkfifo', [file]);
  expect(thrownBy(ConfigurationError, () => load(file)).message).toContain('is not a regular file, expected a file');
});

asRoot(
  '(as root, where tmpfs can be mounted) a read-only mount is reported, because nobody can change the mode there',
  () => {
    const directory = scratchDirectory();
    execFileSync('mount', ['-t', 'tmpfs', 'none', directory]);
    try {
      const file = join(directory, 'secrets.yaml');
      writeFileSync(file, '');
      chmodSync(file, 0o444);
      expect(secretsFileState(file).readOnlyMount).toBe(false);
      execFileSync('mount', ['-o', 'remount,ro', directory]);
      expect(secretsFileState(file)).toMatchObject({ mode: 0o444, othersMayUse: true, readOnlyMount: true });
    } finally {
      execFileSync('umount', [directory]);
    }
  },
);
