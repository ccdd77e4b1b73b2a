/** Only one process obtains cookies at a time; the others wait, and use what it got. */
import { MonitorError } from '../../errors';

/** Waits for the lock; null if another process does not release it. */
export type AcquireLock = () => Promise<{ release(): Promise<void> } | null>;

/** Runs `work` while no other process does: two that find the cookies dead must not both ask for new ones. */
export async function alone<T>(acquire: AcquireLock, work: () => Promise<T>): Promise<T> {
  const lock = await acquire();
  if (lock === null) {
    throw new MonitorError('another process has been obtaining cookies from Amazon for too long', {
      type: 'timeout',
      remediation: 'Nothing to do: the next cycle tries again.',
    });
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
