/**
 * Whoever opens, writes or closes readings.db passes the gate, any number at a time; whoever creates, replaces or
 * migrates it is alone. Without it, a process that closes the old file at that moment can remove the new one's WAL.
 */
import { join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { MonitorError } from '../errors';
import { makeDirectory } from '../files/ownership';
import { acquireLock, type Lock, type LockOptions } from './lock';

/**
 * @param signal the cycle's end: nothing is waited for any longer
 * @throws MonitorError `database_locked` where another process is alone for longer than the busy timeout
 */
export function enterGate(storage: StorageConfig, signal?: AbortSignal): Promise<Lock> {
  return lockGate(storage, { mode: 'shared', signal });
}

/**
 * Runs `work` while no other process has passed the gate.
 * @param signal the cycle's end: nothing is waited for any longer
 * @throws MonitorError `database_locked` after the busy timeout, or whatever `work` throws
 */
export async function whileAlone<T>(storage: StorageConfig, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = await lockGate(storage, { mode: 'exclusive', signal });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function lockGate(storage: StorageConfig, options: LockOptions): Promise<Lock> {
  makeDirectory(storage.data_directory);
  const path = join(storage.data_directory, 'readings.lock');
  const lock = await acquireLock(path, storage.busy_timeout_ms, options);
  if (lock !== null) return lock;
  throw new MonitorError('Another program is still busy with readings.db.', {
    type: 'database_locked',
    remediation: `See which one: fuser -v '${path}'`,
  });
}
