/**
 * Where the bridge is. It is asked where it was last known to be, retries included. Only when it is not there (no
 * answer, or another bridge's) there is a search, once, and what is found must prove to be ours before it gets the key.
 */
import { asMonitorError, type ErrorType, MonitorError } from '../../errors';
import { openBridgeMemory, type BridgeMemory } from './bridge-state';
import type { LocatorContext } from './candidates';
import { proveBridge } from './proof';

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
  const { config, logger, searchMs = 0 } = context;
  // Without its id nothing found could be proved to be ours.
  const mayMove = config.bridge_id !== '' && config.discovery.length > 0;
  const mayLook = mayMove && context.search !== false;
  const memory = openBridgeMemory(context.state, config, logger);
  const known = (mayMove ? memory.state.address : null) ?? config.bridge_url;

  return {
    knownAddress: known,
    async atBridge(read) {
      try {
        return await read(known, mayLook ? searchMs : 0);
      } catch (thrown) {
        const gone = thrown instanceof MonitorError && GONE.includes(thrown.type);
        const found = gone && mayLook ? await search(context, memory, known) : null;
        if (found === null) throw thrown;
        return read(found, 0);
      }
    },
  };
}

/** @returns the address of our bridge, proved and remembered; null if it is nowhere else than at `known` */
async function search(context: LocatorContext, memory: BridgeMemory, known: string): Promise<string | null> {
  const { config, logger, signal } = context;
  const { candidates } = await import('./candidates');
  const tried = new Set([new URL(known).origin]);
  for await (const { address, how } of candidates(context, memory)) {
    if (tried.has(address)) continue;
    tried.add(address);
    try {
      await proveBridge(context.client, address, config.bridge_id);
    } catch (thrown) {
      signal.throwIfAborted();
      const { message } = asMonitorError(thrown);
      logger.info('candidate_rejected', `${address} (${how}) is not our bridge: ${message}`, { address, how });
      continue;
    }
    logger.warning('bridge_moved', `the bridge is no longer at ${known}: found at ${address} (${how})`, {
      from: known,
      to: address,
      how,
    });
    memory.remember({ address: how === 'configuration' ? null : address });
    return address;
  }
  logger.warning('bridge_not_found', `the bridge is not at ${known}, and was found nowhere else`, { address: known });
  return null;
}
