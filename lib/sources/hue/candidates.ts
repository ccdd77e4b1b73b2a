/** Where a bridge that is not at its known address may be, the most likely place first; nothing here is proved. */
import { isYoung } from '../../clock';
import type { HueConfig } from '../../config/config';
import { asMonitorError } from '../../errors';
import type { StateFolder } from '../../files/state-folder';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import type { BridgeMemory } from './bridge-state';
import { addressOf, type FoundBridge } from './found-bridge';
import type { HueClient } from './client';

/** What the search for a bridge needs. */
export interface LocatorContext {
  config: HueConfig;
  state: StateFolder;
  /** asks for `/api/config` */
  client: Pick<HueClient, 'publicConfig'>;
  http: Http;
  logger: Logger;
  signal: AbortSignal;
  /** milliseconds kept free for the search and a read at the new address */
  searchMs?: number;
  /** false: only the last known address is tried (`health`); the next cycle searches */
  search?: boolean;
  now?: () => number;
  /** tests pass their own mDNS */
  findByMdns?: (options: { signal: AbortSignal; bridgeId: string }) => Promise<FoundBridge[]>;
}

export interface Candidate {
  address: string;
  how: 'configuration' | FoundBridge['foundBy'];
}

/** The discovery service answers 429 to a program that asks more often. */
const CLOUD_EVERY_MS = 15 * 60_000;

/** Each way to find a bridge is tried only when no candidate of the one before was our bridge. */
export async function* candidates(context: LocatorContext, memory: BridgeMemory): AsyncGenerator<Candidate> {
  const { config, logger, signal } = context;
  if (memory.state.address !== null) yield { address: new URL(config.bridge_url).origin, how: 'configuration' };
  for (const way of config.discovery) {
    let found: FoundBridge[] = [];
    try {
      found = way === 'mdns' ? await byMdns(context) : await byCloud(context, memory);
    } catch (thrown) {
      signal.throwIfAborted();
      const { message } = asMonitorError(thrown);
      logger.warning('discovery_failed', `discovery by ${way} failed: ${message}`, { how: way });
    }
    for (const bridge of found) {
      if (bridge.bridgeId === config.bridge_id) yield* addressesOf(bridge, config.bridge_url);
    }
  }
}

/** The announced port first; then the port it had: a bridge asked by http announces that of its https. */
function* addressesOf({ host, port, foundBy }: FoundBridge, bridgeUrl: string): Generator<Candidate> {
  const configured = new URL(bridgeUrl);
  yield { address: addressOf(configured.protocol, host, port), how: foundBy };
  yield {
    address: addressOf(configured.protocol, host, configured.port === '' ? null : Number(configured.port)),
    how: foundBy,
  };
}

async function byMdns({ config, signal, findByMdns }: LocatorContext): Promise<FoundBridge[]> {
  const find = findByMdns ?? (await import('./mdns')).findByMdns;
  return find({ signal, bridgeId: config.bridge_id });
}

/** The time of the question is on disk before it is asked, so that no crash makes us ask too often. */
async function byCloud(context: LocatorContext, memory: BridgeMemory): Promise<FoundBridge[]> {
  const { config, http, logger, signal, now = Date.now } = context;
  if (isYoung(memory.state.cloudAskedAt ?? -Infinity, CLOUD_EVERY_MS, now())) {
    logger.info('discovery_skipped', 'the discovery service was asked less than 15 minutes ago', { how: 'cloud' });
    return [];
  }
  if (!memory.remember({ cloudAskedAt: now() })) return [];
  const { findByCloud } = await import('./cloud-discovery');
  return findByCloud({ url: config.discovery_url, http, signal });
}
