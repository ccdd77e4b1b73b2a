/**
 * A process that opens, writes or closes readings.db shares this lock with others; a process that creates, replaces or
 * migrates it holds it alone. Without it, a process that closes the old file can remove the new one's WAL.
 */
import { join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';
import { makeDataDirectory } from './data-directory';
import { acquireLock, type Lock, type LockOptions } from './lock';

export function databaseLockPath({ data_directory }: Pick<StorageConfig, 'data_directory'>): string {
  return join(data_directory, 'readings.lock');
}

/**
 * @param signal the cycle's end: nothing is waited for any longer
 * @throws MonitorError `database_locked` if another process holds it alone for longer than the busy timeout
 */
export function lockDatabase(storage: StorageConfig, signal?: AbortSignal): Promise<Lock> {
  return lockFile(storage, { mode: 'shared', signal });
}

/**
 * Runs `work` while no other process holds the lock.
 * @param signal the cycle's end: nothing is waited for any longer
 * @throws MonitorError `database_locked` after the busy timeout, or what `work` throws
 */
export async function whileAlone<T>(storage: StorageConfig, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = await lockFile(storage, { mode: 'exclusive', signal });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function lockFile(storage: StorageConfig, options: LockOptions): Promise<Lock> {
  makeDataDirectory(storage);
  const path = databaseLockPath(storage);
  const lock = await acquireLock(path, storage.busy_timeout_ms, options);
  if (lock !== null) return lock;
  throw new MonitorError('Another program is still busy with readings.db.', {
    type: 'database_locked',
    remediation: { say: 'See which one', command: `fuser -v ${shellQuoted(path)}` },
  });
}
