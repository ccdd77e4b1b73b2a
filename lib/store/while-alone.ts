/** One process at a time creates, replaces or migrates readings.db. */
import { join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { acquireLock } from '../reliability/lock';

/**
 * Waits for another process's repair up to the busy timeout, then runs `work`.
 * @throws MonitorError `database_locked`, or whatever `work` throws
 */
export async function whileAlone<T>(storage: StorageConfig, work: () => Promise<T>): Promise<T> {
  const path = join(storage.data_directory, 'readings.lock');
  const lock = await acquireLock(path, storage.busy_timeout_ms);
  if (lock === null) {
    throw new MonitorError('Another program is still creating or repairing readings.db.', {
      type: 'database_locked',
      remediation: `See which one: fuser -v '${path}'`,
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
