import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerTask } from '../../campaigns/store/worker';
import { databaseError } from '../../../lib/store/database-error';

test('without the native module there is an error message, and the command to build it', () => {
  const root = join(__dirname, '..', '..', '..');
  const directory = mkdtempSync(join(tmpdir(), 'no-driver-'));
  try {
    const bundle = join(directory, 'worker.js');
    const entry = join(root, 'tests', 'campaigns', 'store', 'worker.ts');
    execFileSync(process.execPath, [join(root, 'tests', 'support', 'bundle.mjs'), entry, bundle]);
    const task: WorkerTask = { directory, through: 'store', collector: 'hue', firstCycle: 0, cycles: 1 };
    // From here, no node_modules can be seen.
    const printed = execFileSync(process.execPath, [bundle, JSON.stringify(task)], { cwd: '/', env: {} }).toString();
    expect(JSON.parse(printed)).toMatchObject({
      exitCode: 1,
      errorType: 'internal',
      error: 'The SQLite driver of this installation is not installed.',
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.each([
  ['SQLITE_BUSY', 'database_locked', false],
  ['SQLITE_LOCKED', 'database_locked', false],
  ['SQLITE_FULL', 'database_full', false],
  ['SQLITE_IOERR', 'database_io', false],
  ['SQLITE_READONLY', 'database_readonly', true],
  ['SQLITE_CANTOPEN', 'database_readonly', true],
  ['SQLITE_CORRUPT', 'database_corrupt', true],
  ['SQLITE_NOTADB', 'database_corrupt', true],
  ['SQLITE_ERROR', 'internal', true],
])('%s is %s, permanent: %s, with what to do', (code, type, permanent) => {
  const error = databaseError('/no/such/readings.db', { code, message: `${code}: so it is` });
  expect(error).toMatchObject({ type, permanent, message: expect.stringContaining('so it is') as string });
  expect(error.remedy.command).not.toBe('');
});
