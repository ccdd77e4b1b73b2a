/** The real retrier with the default policy, whose waits take no time. */
import type { Logger } from '../../lib/logging/logger';
import { startDeadline, type Deadline } from '../../lib/reliability/deadline';
import { createRetrier, type Retrier } from '../../lib/reliability/retry';

export function quickRetrier(logger: Logger, deadline: Deadline = startDeadline(120_000, 0)): Retrier {
  const policy = { max_attempts: 3, base_delay_seconds: 1, multiplier: 2 };
  return createRetrier({ policy, logger, sleep: () => Promise.resolve(), deadline });
}
