/** A bridge that asks us to wait (Retry-After) is not asked before that, not even by the next cycles. */
import { isWaitOver } from '../../clock';
import { MonitorError } from '../../errors';
import { LONGEST_ASKED_MS } from '../../http/retry-after';
import type { BridgeState } from './bridge-state';

/** @throws MonitorError of the type with which the bridge asked us to wait */
export function refuseWhileWaiting({ wait }: Pick<BridgeState, 'wait'>, nowMs: number): void {
  if (wait === null) return;
  // A clock that was set back must not silence the collector for longer than the wait was meant to be.
  const longestMs = Math.min(wait.until - wait.at, LONGEST_ASKED_MS);
  if (isWaitOver(wait.until, longestMs, nowMs)) return;
  const until = new Date(wait.until).toISOString();
  throw new MonitorError(`the bridge asked us to wait: nothing is sent before ${until}`, {
    type: wait.errorType,
    permanent: true,
    remediation:
      'Nothing to do: later cycles go on by themselves. If it stays so, another app asks the bridge too often.',
  });
}

/** @returns null if the failure does not ask for a wait */
export function waitAskedFor(failure: unknown, nowMs: number): BridgeState['wait'] {
  if (!(failure instanceof MonitorError) || !failure.retryAfterMs) return null;
  return { at: nowMs, until: nowMs + failure.retryAfterMs, errorType: failure.type };
}
