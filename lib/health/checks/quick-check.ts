/** SQLite's quick integrity check, with a time limit, because a person waits for it. */
import { MonitorError } from '../../errors';
import { recoveryOf } from '../../store/database-error';
import { damageIn } from '../../store/whole-check';

/** Enough for a database of some hundred megabytes; of a larger one only a part is checked. */
const LIMIT_MS = 600;
const LOCK_WAIT_MS = 250;

/**
 * @returns `ok`, or that the time was too short to check all of it
 * @throws MonitorError `database_corrupt`
 */
export async function quickCheck(path: string, signal: AbortSignal): Promise<string> {
  const end = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  let found: string[];
  try {
    found = await damageIn(path, 'quick_check(3)', { busyTimeoutMs: LOCK_WAIT_MS, signal: end });
  } catch (thrown) {
    if (!end.aborted) throw thrown;
    return `no damage found within ${LIMIT_MS} ms, which was too short to check all of it`;
  }
  if (found.length === 0) return 'ok';
  throw new MonitorError(`${path} is damaged: ${found.join('; ').replace(/\s+/g, ' ').slice(0, 300)}`, {
    type: 'database_corrupt',
    permanent: true,
    remediation: {
      ...recoveryOf(path),
      say: 'Store what can be read of it in a new one (docs/data.md tells how to go back to a backup)',
    },
  });
}
