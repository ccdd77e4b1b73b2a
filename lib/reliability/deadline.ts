/** The end of a cycle, known from its start: a time, and a signal that everything under way listens to. */
import { MonitorError } from '../errors';

export interface Deadline {
  /** Fires with a MonitorError (`deadline` or `interrupted`) as its reason. */
  readonly signal: AbortSignal;
  /** Milliseconds left, never below 0. */
  remainingMs(): number;
  /** Ends everything under way now, for SIGTERM, SIGINT and SIGHUP. The first reason stays. */
  interrupt(reason: MonitorError): void;
  /** Stops the timer, so that it does not hold the process. */
  clear(): void;
}

export function deadlineError(seconds: number): MonitorError {
  return new MonitorError(`the cycle did not end within ${seconds} s`, {
    type: 'deadline',
    permanent: true,
    remediation: 'Raise collection.deadline_seconds, or lower the timeouts, if this happens often.',
  });
}

/**
 * A deadline `milliseconds` after the process started (so that start-up counts).
 * @param startedAgoMs how long ago that start was
 * @param shownSeconds what its error says: the configured time, if this deadline is for a part of it
 */
export function startDeadline(
  milliseconds: number,
  startedAgoMs = performance.now(),
  shownSeconds = milliseconds / 1000,
): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + milliseconds - startedAgoMs;
  const timer = setTimeout(
    () => controller.abort(deadlineError(shownSeconds)),
    Math.max(0, endsAt - performance.now()),
  );
  timer.unref();
  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    interrupt: (reason) => controller.abort(reason),
    clear: () => clearTimeout(timer),
  };
}

/**
 * What cannot be called back (a source, a waiting connection) need not be waited for.
 * @param graceMs how long it may take to give up by itself, with a better reason than the deadline's
 */
export function beforeDeadline<T>(promise: Promise<T>, { signal }: Deadline, graceMs = 0): Promise<T> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const stop = () => (grace = setTimeout(() => reject(signal.reason), graceMs));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
      clearTimeout(grace);
    });
  });
}
