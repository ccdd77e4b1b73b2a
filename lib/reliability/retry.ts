/**
 * The one retry of the whole program: database, Hue, Amazon, e-mail and log rotation go through `Retrier.run`.
 * It knows nothing of what it repeats: the error says whether repeating can help (`permanent`).
 */
import type { RetryConfig } from '../config/config';
import { asMonitorError, type MonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import type { Deadline } from './deadline';
import type { Sleep } from './sleep';

/** What is being tried, for the log. */
export interface Operation {
  /** `hue.read_sensors`, `database.store`, … */
  operation: string;
  /** without secrets: `GET https://192.168.1.10/api/<key>/sensors` */
  endpoint?: string;
  /** what is asked for: a value of `cycles.endpoint` */
  endpointKind?: string;
  /**
   * milliseconds that must be left before the deadline for what comes after: a retry that could use them up is not
   * begun
   */
  leaveMs?: number;
}

/** Runs `attempt` until it succeeds, fails for good, or the configured retries or the deadline are spent. */
export interface Retrier {
  /** @throws MonitorError the last failure, with the operation's endpoint. */
  run<T>(operation: Operation, attempt: () => T | Promise<T>): Promise<T>;
  /** how many retries were started so far: `cycles.retries` */
  readonly retries: number;
}

/** What a retrier does now. */
export interface Trying {
  operation: string;
  /** from 1; while it waits, the next one */
  attempt: number;
  /** how many there may be */
  of: number;
  /** how long it waits before it; 0 during the try */
  waitMs: number;
}

export interface RetryContext {
  policy: RetryConfig;
  logger: Logger;
  sleep: Sleep;
  deadline: Deadline;
  /** the started_at of the cycle, for the log; absent outside of cycles */
  cycle?: string;
  /** is told of every try, and of every wait before one */
  watch?: (trying: Trying) => void;
  /** milliseconds of a clock that never jumps */
  now?: () => number;
}

/** The wait before the given retry (from 1), in milliseconds: 1, 2, 4 s by default, without jitter. */
export function backoffMs(policy: RetryConfig, retry: number): number {
  return policy.base_delay_seconds * 1000 * policy.multiplier ** (retry - 1);
}

export function createRetrier(context: RetryContext): Retrier {
  const { policy, logger, sleep, deadline, cycle, watch = () => undefined } = context;
  const of = policy.max_attempts + 1;
  const now = context.now ?? (() => performance.now());
  let retries = 0;

  /** All waits from the given retry on, in milliseconds. */
  function waitsLeft(retry: number): number {
    let sum = 0;
    for (let next = retry; next <= policy.max_attempts; next++) sum += backoffMs(policy, next);
    return sum;
  }

  async function run<T>(
    { operation, endpoint, endpointKind, leaveMs = 0 }: Operation,
    attempt: () => T | Promise<T>,
  ): Promise<T> {
    const kind = endpointKind === undefined ? {} : { endpoint_kind: endpointKind };
    const startedAt = now();
    for (let attempts = 1; ; attempts++) {
      let failure: MonitorError;
      watch({ operation, attempt: attempts, of, waitMs: 0 });
      try {
        const result = await attempt();
        if (attempts > 1) {
          const elapsed_ms = Math.round(now() - startedAt);
          logger.info('retry_succeeded', `${operation} succeeded at try ${attempts}`, {
            ...{ operation, attempts, elapsed_ms, endpoint, cycle, ...kind },
            outcome: 'succeeded',
          });
        }
        return result;
      } catch (thrown) {
        failure = asMonitorError(thrown);
      }
      // The result is logged after every retry, and also if the cycle's end left no time for one.
      if (failure.permanent && ((attempts === 1 && failure.type !== 'deadline') || failure.type === 'interrupted'))
        throw failure;

      // Retry-After may lengthen a wait, never shorten it; a retry that could not end before the deadline is not begun.
      const delay_ms = Math.round(Math.max(backoffMs(policy, attempts), failure.retryAfterMs ?? 0));
      const outOfTries = attempts > policy.max_attempts;
      // A limit that lasts longer than all the waits that are left would only be met again: later cycles wait it out.
      const isLimitedForLonger = failure.type === 'rate_limited' && (failure.retryAfterMs ?? 0) > waitsLeft(attempts);
      const outOfTime = delay_ms + leaveMs >= deadline.remainingMs() || deadline.signal.aborted;
      if (failure.permanent || outOfTries || outOfTime || isLimitedForLonger) {
        const reason = outOfTime ? 'deadline' : failure.permanent ? 'permanent' : undefined;
        logger.critical('retry_exhausted', `${operation} failed ${times(attempts)}: ${failure.message}`, {
          operation,
          attempts,
          elapsed_ms: Math.round(now() - startedAt),
          error_type: failure.type,
          endpoint: endpoint ?? failure.endpoint,
          ...kind,
          cycle,
          outcome: 'exhausted',
          ...(reason === undefined ? {} : { reason }),
        });
        throw failure;
      }
      retries++;
      logger.warning('retry', `${operation} failed (${failure.message}); retry ${attempts} in ${delay_ms} ms`, {
        operation,
        attempt: attempts,
        delay_ms,
        error_type: failure.type,
        endpoint: endpoint ?? failure.endpoint,
        ...kind,
        cycle,
        outcome: 'retrying',
      });
      watch({ operation, attempt: attempts + 1, of, waitMs: delay_ms });
      await sleep(delay_ms, deadline.signal);
    }
  }

  return {
    run,
    get retries() {
      return retries;
    },
  };
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
