/**
 * A Bridge Pro that took the home over from our bridge. It has another id, but it knows the keys of the old one, and says
 * whom it replaces (`replacesbridgeid`). It is believed only if an authority has signed its certificate.
 */
import { asMonitorError, MonitorError } from '../../errors';
import { nameFlag, type BridgeConfig } from './bridges';
import type { LocatorContext } from './candidates';
import { addressOf, type FoundBridge } from './found-bridge';

export interface Successor {
  /** 16 hex digits, lower case */
  bridgeId: string;
  /** scheme, host and port */
  address: string;
}

type Context = Pick<LocatorContext, 'config' | 'clientFor' | 'logger' | 'signal'>;

/**
 * @param others the bridges found that are not ours
 * @param known where ours was: its successor may have got its address
 */
export async function findSuccessor(
  context: Context,
  others: readonly FoundBridge[],
  failure: MonitorError,
  known: string,
): Promise<Successor | null> {
  const { config, clientFor, signal } = context;
  const found = others.map(({ bridgeId, host, port }) => ({ bridgeId, address: addressOf('https:', host, port) }));
  if (failure.type === 'wrong_bridge' && known.startsWith('https:')) {
    const there = await clientFor(null)
      .publicConfig(known)
      .catch(() => null);
    if (there !== null) found.unshift({ bridgeId: there.bridgeId, address: known });
  }
  for (const { bridgeId, address } of found) {
    try {
      const { replacesBridgeId, bridgeId: shown } = await clientFor(bridgeId).publicConfig(address);
      if (shown === bridgeId && replacesBridgeId === config.bridge_id) return { bridgeId, address };
    } catch (thrown) {
      signal.throwIfAborted();
      const { message } = asMonitorError(thrown);
      context.logger.info('candidate_rejected', `${address} is not the successor: ${message}`, { address });
    }
  }
  return null;
}

export function takenOver({ bridgeId, address }: Successor, ours: BridgeConfig, cause: MonitorError): MonitorError {
  return new MonitorError(
    `the bridge ${bridgeId} at ${address} has taken this home over from ours (${ours.bridge_id})`,
    {
      type: 'wrong_bridge',
      permanent: true,
      endpoint: address,
      remediation: {
        say: 'Move over to it, which takes the key along; the button need not be pressed',
        command: `node bin/auth-hue.js${nameFlag(ours)}`,
      },
      cause,
    },
  );
}
