import { MonitorError, type MonitorErrorOptions } from '../../../lib/errors';
import type { Deadline } from '../../../lib/reliability/deadline';
import { createRetrier } from '../../../lib/reliability/retry';
import { recordingLogger } from '../../support/recording-logger';

/** A clock that moves only by sleeping. */
function world(remainingMs = 120_000, policy = { max_attempts: 3, base_delay_seconds: 1, multiplier: 2 }) {
  const waits: number[] = [];
  const logger = recordingLogger();
  const controller = new AbortController();
  const slept = () => waits.reduce((sum, wait) => sum + wait, 0);
  const deadline: Deadline = {
    signal: controller.signal,
    remainingMs: () => remainingMs - slept(),
    interrupt: (reason) => controller.abort(reason),
    clear: () => undefined,
  };
  const sleep = (milliseconds: number, signal?: AbortSignal) => {
    waits.push(milliseconds);
    return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
  };
  const retrier = createRetrier({ policy, logger, sleep, deadline, cycle: CYCLE, now: slept });
  return { waits, logger, deadline, retrier };
}

const transient = (options: Partial<MonitorErrorOptions> = {}) =>
  new MonitorError('it broke', { type: 'network', endpoint: 'GET there', ...options });

/** Fails with the given errors, then succeeds. */
function failing(...errors: Error[]) {
  return () => {
    const error = errors.shift();
    return error ? Promise.reject(error) : Promise.resolve('done');
  };
}

const CYCLE = '2026-01-02T03:00:00.000Z';
const OPERATION = { operation: 'test.read', endpoint: 'GET there' };

it('waits 1, 2 and 4 s by default, and says so', async () => {
  const { retrier, waits, logger } = world();
  await expect(retrier.run(OPERATION, failing(transient(), transient(), transient()))).resolves.toBe('done');
  expect(waits).toEqual([1000, 2000, 4000]);
  expect(retrier.retries).toBe(3);
  expect(logger.of('retry')).toEqual(
    [1000, 2000, 4000].map((delay_ms, index) => ({
      operation: 'test.read',
      attempt: index + 1,
      delay_ms,
      error_type: 'network',
      endpoint: 'GET there',
      cycle: CYCLE,
      outcome: 'retrying',
    })),
  );
  expect(logger.of('retry_succeeded')).toEqual([
    {
      operation: 'test.read',
      attempts: 4,
      elapsed_ms: 7000,
      endpoint: 'GET there',
      cycle: CYCLE,
      outcome: 'succeeded',
    },
  ]);
});

it('gives the last failure when its tries are spent', async () => {
  const { retrier, logger } = world();
  const last = transient({ type: 'timeout' });
  await expect(retrier.run(OPERATION, failing(transient(), transient(), transient(), last))).rejects.toBe(last);
  expect(logger.of('retry_exhausted')).toEqual([
    {
      operation: 'test.read',
      attempts: 4,
      elapsed_ms: 7000,
      error_type: 'timeout',
      ...{ endpoint: 'GET there', cycle: CYCLE, outcome: 'exhausted' },
    },
  ]);
  expect(logger.events.at(-1)?.level).toBe('critical');
});

it('does not repeat a permanent failure or a defect', async () => {
  for (const error of [transient({ permanent: true }), new TypeError('a defect')]) {
    const { retrier, waits, logger } = world();
    await expect(retrier.run(OPERATION, failing(error))).rejects.toThrow(error.message);
    expect(waits).toEqual([]);
    expect(logger.events).toEqual([]);
  }
});

it('reports the result of a retry that met a permanent failure', async () => {
  const { retrier, logger } = world();
  const refused = transient({ permanent: true, type: 'unauthorized' });
  await expect(retrier.run(OPERATION, failing(transient(), refused))).rejects.toBe(refused);
  expect(logger.of('retry_exhausted')).toMatchObject([
    { attempts: 2, elapsed_ms: 1000, error_type: 'unauthorized', endpoint: 'GET there', reason: 'permanent' },
  ]);
});

it('reports that the end of the cycle stopped even the first try', async () => {
  const { retrier, logger } = world(0);
  const end = new MonitorError('over', { type: 'deadline', permanent: true });
  await expect(retrier.run(OPERATION, failing(end))).rejects.toBe(end);
  expect(logger.of('retry_exhausted')).toMatchObject([{ attempts: 1, error_type: 'deadline', endpoint: 'GET there' }]);
});

it('says nothing about a success at the first try', async () => {
  const { retrier, logger } = world();
  await retrier.run(OPERATION, failing());
  expect(logger.events).toEqual([]);
  expect(retrier.retries).toBe(0);
});

it.each([
  [500, 1000],
  [10_000, 10_000],
])('a Retry-After of %i ms makes the wait %i ms: longer, never shorter', async (retryAfterMs, wait) => {
  const { retrier, waits } = world();
  await retrier.run(OPERATION, failing(transient({ retryAfterMs })));
  expect(waits).toEqual([wait]);
});

it('does not begin a retry that could not end before the deadline', async () => {
  const { retrier, waits, logger } = world(2500);
  await expect(retrier.run(OPERATION, failing(transient(), transient(), transient()))).rejects.toThrow('it broke');
  expect(waits).toEqual([1000]);
  expect(logger.of('retry_exhausted')).toMatchObject([{ attempts: 2, reason: 'deadline' }]);
});

it('does not begin a retry that could use up the time for what comes after', async () => {
  const { retrier, logger } = world(10_000);
  const operation = { ...OPERATION, leaveMs: 8000 };
  await expect(retrier.run(operation, failing(transient(), transient(), transient()))).rejects.toThrow('it broke');
  expect(logger.of('retry_exhausted')).toMatchObject([{ attempts: 2, reason: 'deadline' }]);
});

it('a Retry-After beyond the deadline ends it at once', async () => {
  const { retrier, waits } = world(60_000);
  await expect(retrier.run(OPERATION, failing(transient({ retryAfterMs: 3_600_000 })))).rejects.toThrow('it broke');
  expect(waits).toEqual([]);
});

it.each([
  [7000, [7000]],
  [7001, []],
])('a limit of %i ms is waited out only if the waits that are left are as long', async (retryAfterMs, expected) => {
  const { retrier, waits, logger } = world();
  const limited = failing(transient({ type: 'rate_limited', retryAfterMs }));
  await retrier.run(OPERATION, limited).catch(() => undefined);
  expect(waits).toEqual(expected);
  expect(logger.of('retry_exhausted')).toHaveLength(expected.length === 0 ? 1 : 0);
});

it('an interruption ends it with the interruption’s reason or the last failure, never with another try', async () => {
  const { retrier, deadline } = world();
  let tries = 0;
  const attempt = () => {
    tries++;
    deadline.interrupt(new MonitorError('stop', { type: 'interrupted', permanent: true }));
    return Promise.reject(transient());
  };
  await expect(retrier.run(OPERATION, attempt)).rejects.toThrow();
  expect(tries).toBe(1);
});

it('max_attempts 0 tries once; the configured delay and multiplier are used', async () => {
  const none = world(120_000, { max_attempts: 0, base_delay_seconds: 1, multiplier: 2 });
  await expect(none.retrier.run(OPERATION, failing(transient()))).rejects.toThrow('it broke');
  expect(none.waits).toEqual([]);
  const own = world(120_000, { max_attempts: 3, base_delay_seconds: 0.5, multiplier: 3 });
  await own.retrier.run(OPERATION, failing(transient(), transient(), transient()));
  expect(own.waits).toEqual([500, 1500, 4500]);
});
