/**
 * The two ways to the states. `phoenix/state` is the usual one; where its address is gone in two cycles in a row, the
 * features of `listEndpoints` are read instead, in the same cycle, and the usual one is tried again now and then.
 */
import { isWaitOver } from '../../clock';
import type { MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import { ONE_TRY, type AqmClient, type AskOptions, type Credentials } from './client';
import type { Monitor } from './discovery';
import { AddressGone } from './answer';
import type { StateAnswer } from './readings';
import type { SessionState } from './session-state';

export type StateWay = 'phoenix/state' | 'listEndpoints';

/** In how many cycles in a row the address must be gone before the other way is used. */
const GONE_FOR_GOOD = 2;
/** How long the other way is used before the usual one is tried again. */
const TRY_AGAIN_AFTER_MS = 60 * 60_000;

export function wayInUse({ state_gone: gone }: Pick<SessionState, 'state_gone'>): StateWay {
  return gone !== null && gone.cycles >= GONE_FOR_GOOD ? 'listEndpoints' : 'phoenix/state';
}

export interface StateTools {
  state: SessionState;
  logger: Logger;
  now: () => Date;
  options: AskOptions;
}

/**
 * Asks for the states of these monitors in one request, by the way that works.
 * @throws MonitorError `http` if both ways are gone
 */
export async function askForStates(
  client: AqmClient,
  credentials: Credentials,
  monitors: Monitor[],
  { state, logger, now, options }: StateTools,
): Promise<StateAnswer> {
  const otherWay = () => client.readEndpointStates(credentials, monitors, options);
  if (!isUsualWayDue(state, now())) {
    try {
      return await otherWay();
    } catch (thrown) {
      if (!(thrown instanceof AddressGone)) throw thrown;
      // The usual way may be back.
    }
  }
  try {
    return await usualWay();
  } catch (thrown) {
    if (!(thrown instanceof AddressGone)) throw thrown;
    noteGone(thrown);
    if (wayInUse(state) === 'phoenix/state') throw thrown;
  }
  return otherWay().catch((thrown: unknown) => {
    throw thrown instanceof AddressGone ? bothGone(thrown) : thrown;
  });

  async function usualWay(): Promise<StateAnswer> {
    const entities = monitors.map(({ entity }) => entity);
    const answer = await client.readStates(credentials, entities, state.state_gone === null ? options : ONE_TRY);
    if (wayInUse(state) === 'listEndpoints') logger.info('state_way', "Amazon's usual address for the values is back.");
    state.state_gone = null;
    return answer;
  }

  function noteGone({ message, type }: AddressGone): void {
    const cycles = (state.state_gone?.cycles ?? 0) + 1;
    state.state_gone = { cycles, next_try_at: new Date(now().getTime() + TRY_AGAIN_AFTER_MS).toISOString() };
    if (cycles !== GONE_FOR_GOOD) return;
    const what = `${message}. The values are read by listEndpoints, Amazon's other way, from now on.`;
    logger.warning('fallback', what, { error_type: type });
  }
}

function isUsualWayDue(state: SessionState, now: Date): boolean {
  if (state.state_gone === null || wayInUse(state) === 'phoenix/state') return true;
  return isWaitOver(Date.parse(state.state_gone.next_try_at), TRY_AGAIN_AFTER_MS, now.getTime());
}

function bothGone(failure: AddressGone): MonitorError {
  return failure.retold({
    message: 'both ways by which Amazon tells what the monitors measure are gone',
    type: 'http',
    permanent: true,
    remediation: 'Amazon has changed its API: look for a newer version of this program. Waiting does not help.',
  });
}
