/** SQLite's native module, and the lock of a cycle taken and released. */
import { join } from 'node:path';
import { acquireLock } from '../../../lib/store/lock';

void acquireLock(join(process.argv[2] ?? '', 'profile.lock')).then(async (lock) => {
  await lock?.release();
  process.exit(0);
});
