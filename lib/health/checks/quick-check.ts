/** SQLite's quick integrity check, with a time limit, because a person waits for it. */
import { statSync } from 'node:fs';
import { MonitorError } from '../../errors';
import { megabytes } from '../../wording';
import type { Database } from '../../store/database';
import { recoveryOf } from '../../store/database-error';

/** With a driver that cannot be interrupted, as much is checked within the limit on a slow disk. */
const LARGEST_WITHOUT_INTERRUPT = 32_000_000;

/** Enough for a database of some hundred megabytes; of a larger one only a part is checked. */
const LIMIT_MS = 600;

/**
 * @returns `ok`, or that the time was too short to check all of it
 * @throws MonitorError `database_corrupt`
 */
export async function quickCheck(database: Database, signal: AbortSignal): Promise<string> {
  if (!database.canBeInterrupted && statSync(database.path).size > LARGEST_WITHOUT_INTERRUPT) {
    return `not checked, because it is larger than ${megabytes(LARGEST_WITHOUT_INTERRUPT)}, and ${database.driverName} cannot be interrupted`;
  }
  const outOfTime = new AbortController();
  const stop = () => {
    outOfTime.abort();
    database.interrupt();
  };
  const timer = setTimeout(stop, LIMIT_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const rows = await database.all<Record<string, string>>('PRAGMA quick_check(3)');
    const found = rows.flatMap((row) => Object.values(row)).filter((text) => text !== 'ok');
    if (found.length === 0) return 'ok';
    throw new MonitorError(`${database.path} is damaged: ${found.join('; ').replace(/\s+/g, ' ').slice(0, 300)}`, {
      type: 'database_corrupt',
      permanent: true,
      remediation: {
        ...recoveryOf(database.path),
        say: 'Store what can be read of it in a new one (docs/data.md tells how to go back to a backup)',
      },
    });
  } catch (thrown) {
    if (!outOfTime.signal.aborted) throw thrown;
    return `no damage found within ${LIMIT_MS} ms, which was too short to check all of it`;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
