/** Waits for other processes' locks in short slices, so that the end of the cycle is noticed meanwhile. */
import { asMonitorError } from '../errors';

const SLICE_MS = 250;

export interface LockWait {
  /** `storage.busy_timeout_ms` */
  busyTimeoutMs: number;
  /** the cycle's end: nothing is waited for any longer */
  signal?: AbortSignal | undefined;
}

/**
 * Repeats `attempt` until it gets its lock or the busy timeout is over.
 * @param attempt gets the time it may wait itself (SQLite's busy timeout)
 * @throws MonitorError `database_locked`, or what `attempt` throws
 */
export async function whileLocked<T>(wait: LockWait, attempt: (sliceMs: number) => Promise<T>): Promise<T> {
  const endsAt = performance.now() + wait.busyTimeoutMs;
  for (;;) {
    const leftMs = endsAt - performance.now();
    try {
      return await attempt(Math.min(SLICE_MS, Math.max(0, leftMs)));
    } catch (thrown) {
      const isLocked = asMonitorError(thrown).type === 'database_locked';
      if (!isLocked || leftMs <= SLICE_MS || wait.signal?.aborted) throw thrown;
    }
  }
}
