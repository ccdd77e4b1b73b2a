/** The last word before a database is moved aside: SQLite's own, of the file together with its write-ahead log. */
import { asMonitorError } from '../errors';
import { checkHeader } from './files';
import { damageIn } from './whole-check';
import type { LockWait } from './while-locked';

/**
 * Call it alone (`whileAlone`), and with no connection of this process open. It stops at the first damage.
 * @returns false if SQLite finds nothing wrong with the file
 * @throws MonitorError `database_*` if it cannot be judged now, or the reason of the cycle's end
 */
export async function isDamaged(path: string, wait: LockWait): Promise<boolean> {
  try {
    checkHeader(path);
    return (await damageIn(path, 'integrity_check(1)', wait)).length > 0;
  } catch (thrown) {
    // The statement that is interrupted at the end of the cycle says nothing about the file.
    wait.signal?.throwIfAborted();
    if (asMonitorError(thrown).type === 'database_corrupt') return true;
    throw thrown;
  }
}
