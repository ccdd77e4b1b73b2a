/**
 * Where the bridge is. It is asked where it was last known to be, retries included. Only when it is not there (no
 * answer, or another bridge's) there is a search, once, and what is found must prove to be ours before it gets the key.
 */
import { type ErrorType, MonitorError } from '../../errors';
import { redirectIn, type LocatorContext } from './candidates';
import { refuseWhileWaiting, waitAskedFor } from './retry-after';

export interface Locator {
  /** where it was last known to be */
  readonly knownAddress: string;
  /**
   * Runs `read` at the last known address; if the bridge is not there, searches for it and runs `read` where it is.
   * @param read its `leaveMs` are milliseconds it must leave before the deadline, for the search
   * @throws what `read` threw at the last known address, if the bridge is not found; else what it threw at the new one
   */
  atBridge<T>(read: (address: string, leaveMs: number) => Promise<T>): Promise<T>;
}

/** The errors that mean that the bridge is not where it was. */
const GONE: readonly ErrorType[] = ['network', 'timeout', 'tls', 'wrong_bridge'];

export function createLocator(context: LocatorContext): Locator {
  const { config, memory, searchMs = 0, now = Date.now } = context;
  // Without its id nothing found could be proved to be ours.
  const isProvable = config.bridge_id !== '';
  const mayMove = isProvable && config.discovery.length > 0;
  const mayLook = mayMove && context.search !== false;
  const { address } = memory.state;
  const isUsed = address !== null && (mayMove || (isProvable && isSameHost(address, config.bridge_url)));
  const known = isUsed ? address : config.bridge_url;

  /** Whether the bridge may be elsewhere, or by https instead of http. */
  const isGone = (failure: unknown): failure is MonitorError => {
    if (!(failure instanceof MonitorError)) return false;
    // Over http anybody can pose as ours; one that refuses the key may be such a one, and ours be where it was.
    const isDoubtful = failure.type === 'unauthorized' && known !== config.bridge_url && known.startsWith('http:');
    return GONE.includes(failure.type) || isDoubtful || (known.startsWith('http:') && redirectIn(failure) !== null);
  };

  return {
    knownAddress: known,
    async atBridge(read) {
      refuseWhileWaiting(memory.state, now());
      try {
        return await read(known, mayLook ? searchMs : 0);
      } catch (thrown) {
        const wait = waitAskedFor(thrown, now());
        if (wait !== null) memory.remember({ wait });
        if (!isGone(thrown) || !isProvable) throw thrown;
        const { readElsewhere } = await import('./search');
        return readElsewhere({ ...context, search: mayLook }, { known, failure: thrown, read });
      }
    },
  };
}

function isSameHost(one: string, other: string): boolean {
  return new URL(one).hostname === new URL(other).hostname;
}
