/** The last word before a database is moved aside: SQLite's own, of the file together with its write-ahead log. */
import { asMonitorError } from '../errors';
import { Database } from './database';
import { checkHeader } from './files';
import type { LockWait } from './while-locked';

/**
 * Call it alone (`whileAlone`), and with no connection of this process open. It stops at the first damage.
 * @returns false if SQLite finds nothing wrong with the file
 * @throws MonitorError `database_*` if it cannot be judged now, or the reason of the cycle's end
 */
export async function isDamaged(path: string, { busyTimeoutMs, signal }: LockWait): Promise<boolean> {
  try {
    checkHeader(path);
    return !(await passesOwnCheck(path, busyTimeoutMs, signal));
  } catch (thrown) {
    // The statement that is interrupted at the end of the cycle says nothing about the file.
    signal?.throwIfAborted();
    if (asMonitorError(thrown).type === 'database_corrupt') return true;
    throw thrown;
  }
}

async function passesOwnCheck(path: string, busyTimeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  const database = await Database.open(path, 'read-write');
  const stop = () => database.interrupt();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    database.setBusyTimeout(busyTimeoutMs);
    const first = await database.get<{ integrity_check: string }>('PRAGMA integrity_check(1)');
    return first?.integrity_check === 'ok';
  } finally {
    signal?.removeEventListener('abort', stop);
    await database.close();
  }
}
