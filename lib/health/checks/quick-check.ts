/** SQLite's quick integrity check, for no longer than a person likes to wait. */
import { MonitorError } from '../../errors';
import type { Database } from '../../store/database';
import { recoveryOf } from '../../store/database-error';

/** A database of some hundred megabytes; a larger one is looked at as far as one gets. */
const LIMIT_MS = 600;

/**
 * @returns `ok`, or that the time was too short to see all of it
 * @throws MonitorError `database_corrupt`
 */
export async function quickCheck(database: Database, signal: AbortSignal): Promise<string> {
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
      remediation: `Save what is in it, then let the next cycle start a new one: ${recoveryOf(database.path)}`,
    });
  } catch (thrown) {
    if (!outOfTime.signal.aborted) throw thrown;
    return `no damage found within ${LIMIT_MS} ms, which did not suffice for all of it`;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
