/** Looks for a bridge that is not where it was, and reads it where it is. */
import { asMonitorError, MonitorError } from '../../errors';
import { candidates, encrypted, redirectIn, type Candidate, type LocatorContext } from './candidates';
import type { FoundBridge } from './found-bridge';
import { proveBridge } from './proof';
import { findSuccessor, takenOver } from './successor';

export interface Search<T> {
  /** where it is not */
  known: string;
  /** what reading it there threw */
  failure: MonitorError;
  read: (address: string, leaveMs: number) => Promise<T>;
}

/**
 * @throws the failure at the known address if our bridge is nowhere else; that another bridge has taken the home over;
 *   or what reading threw where the bridge is
 */
export async function readElsewhere<T>(context: LocatorContext, search: Search<T>): Promise<T> {
  const { known, failure, read } = search;
  const { config, memory, logger } = context;
  const others: FoundBridge[] = [];
  for await (const candidate of provedCandidates(context, search, others)) {
    const { address, how } = candidate;
    const isProvedByTls = address.startsWith('https:');
    if (isProvedByTls) settle(context, search, candidate);
    try {
      const result = await read(address, 0);
      if (!isProvedByTls) settle(context, search, candidate);
      return result;
    } catch (thrown) {
      // Over http anybody can say that it is ours; ours would have accepted the key.
      if (isProvedByTls || !(thrown instanceof MonitorError) || thrown.type !== 'unauthorized') throw thrown;
      logger.info('candidate_rejected', `${address} (${how}) refuses the key: it is not our bridge`, { address, how });
    }
  }
  if (context.search !== false) {
    logger.warning('bridge_not_found', `the bridge is not at ${known}, and was found nowhere else`, { address: known });
    const successor = await findSuccessor(context, others, failure, known);
    if (successor !== null || memory.state.successor !== null) memory.remember({ successor });
  }
  throw memory.state.successor === null ? failure : takenOver(memory.state.successor, config, failure);
}

/** Those that are our bridge; what is not is said in the log. */
async function* provedCandidates<T>(
  context: LocatorContext,
  { known, failure }: Search<T>,
  others: FoundBridge[],
): AsyncGenerator<Candidate> {
  const { config, client, logger, signal } = context;
  const tried = new Set([new URL(known).origin]);
  const all = async function* (): AsyncGenerator<Candidate> {
    yield* encrypted(known, failure);
    if (context.search !== false) yield* candidates(context, others);
  };
  for await (const candidate of all()) {
    const { address, how } = candidate;
    if (tried.has(address)) continue;
    tried.add(address);
    const prove = () => proveBridge(client, address, config.bridge_id);
    try {
      await prove().catch((thrown: unknown) => {
        if (asMonitorError(thrown).permanent || !isThere(candidate, failure)) throw thrown;
        return prove();
      });
    } catch (thrown) {
      signal.throwIfAborted();
      const { message } = asMonitorError(thrown);
      logger.info('candidate_rejected', `${address} (${how}) is not our bridge: ${message}`, { address, how });
      continue;
    }
    yield candidate;
  }
}

/** Somebody is there for certain, as a redirect leads there, or it has just announced itself: worth a second try. */
function isThere({ how }: Candidate, failure: MonitorError): boolean {
  return how === 'mdns' || (how === 'https' && redirectIn(failure) !== null);
}

/** Says where the bridge is now, and remembers it for the next cycle. */
function settle<T>({ config, memory, logger }: LocatorContext, { known }: Search<T>, candidate: Candidate): void {
  const { address, how } = candidate;
  if (how === 'https') {
    const message = `the bridge at ${known} has given up http: it is read at ${address}. Write https:// in hue.bridge_url (${address})`;
    logger.warning('upgraded_to_https', message, { from: known, to: address });
  } else {
    const message = `the bridge is no longer at ${known}: found at ${address} (${how})`;
    logger.warning('bridge_moved', message, { from: known, to: address, how });
  }
  memory.remember({ address: address === new URL(config.bridge_url).origin ? null : address, successor: null });
}
