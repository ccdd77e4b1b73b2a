/** Where a bridge that is not at its known address may be, the most likely place first; nothing here is proved. */
import { isYoung } from '../../clock';
import { asMonitorError, MonitorError } from '../../errors';
import type { StateFolder } from '../../files/state-folder';
import type { Http } from '../../http/http';
import { RedirectRefused } from '../../http/redirect';
import type { Logger } from '../../logging/logger';
import type { BridgeMemory } from './bridge-state';
import type { BridgeConfig } from './bridges';
import type { HueClient } from './client';
import { addressOf, isUsableHost, type FoundBridge } from './found-bridge';
import { isInThisHome } from '../../config/home-network';

/** What the search for a bridge needs. */
export interface LocatorContext {
  config: BridgeConfig;
  /** what is remembered of this bridge */
  memory: BridgeMemory;
  /** the answer of the discovery service, which several bridges share */
  cloud?: { answer?: Promise<FoundBridge[]> };
  state: StateFolder;
  /** asks for `/api/config` */
  client: Pick<HueClient, 'publicConfig'>;
  /** the same of another bridge; null: of whatever answers, with any certificate */
  clientFor: (bridgeId: string | null) => Pick<HueClient, 'publicConfig'>;
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
  /** `https`: a bridge that was asked by http has given that up */
  how: 'configuration' | 'https' | FoundBridge['foundBy'];
}

/** The discovery service answers 429 to a program that asks more often. */
const CLOUD_EVERY_MS = 15 * 60_000;

/**
 * Each way to find a bridge is tried only when no candidate of the one before was our bridge.
 * @param others gets the bridges found that are not ours
 */
export async function* candidates(context: LocatorContext, others: FoundBridge[]): AsyncGenerator<Candidate> {
  const { config, memory, logger, signal } = context;
  if (memory.state.address !== null) yield { address: new URL(config.bridge_url).origin, how: 'configuration' };
  for (const way of config.discovery) {
    let found: FoundBridge[] = [];
    try {
      found = way === 'mdns' ? await byMdns(context) : await byCloud(context);
    } catch (thrown) {
      signal.throwIfAborted();
      const { message } = asMonitorError(thrown);
      logger.warning('discovery_failed', `discovery by ${way} failed: ${message}`, { how: way });
    }
    for (const bridge of found) {
      if (!isUsableHost(bridge.host) || !isInThisHome(bridge.host, config.bridge_url)) {
        logger.info('candidate_rejected', `${bridge.host} (${way}) is not an address of a home`, { how: way });
      } else if (bridge.bridgeId === config.bridge_id) yield* addressesOf(bridge, config.bridge_url);
      else others.push(bridge);
    }
  }
}

/** Where a bridge that gave up plain http answers: where its redirect leads to on the same host, else the usual port. */
export function* encrypted(known: string, failure: unknown): Generator<Candidate> {
  const { protocol, hostname } = new URL(known);
  if (protocol !== 'http:') return;
  const location = redirectIn(failure)?.location ?? '';
  const target = URL.canParse(location, known) ? new URL(location, known) : null;
  if (target?.protocol === 'https:' && target.hostname === hostname) yield { address: target.origin, how: 'https' };
  yield { address: `https://${hostname}`, how: 'https' };
}

/** The redirect that a failure is, or was caused by. */
export function redirectIn(failure: unknown): RedirectRefused | null {
  if (failure instanceof RedirectRefused) return failure;
  return failure instanceof MonitorError && failure.cause instanceof RedirectRefused ? failure.cause : null;
}

/** The announced port first; then the port it had: a bridge asked by http announces that of its https. */
function* addressesOf({ host, port, foundBy: how }: FoundBridge, bridgeUrl: string): Generator<Candidate> {
  const { protocol, port: configured } = new URL(bridgeUrl);
  yield { address: addressOf(protocol, host, port), how };
  yield { address: addressOf(protocol, host, configured === '' ? null : Number(configured)), how };
  if (protocol === 'http:') yield { address: addressOf('https:', host, port), how };
}

async function byMdns({ config, signal, findByMdns }: LocatorContext): Promise<FoundBridge[]> {
  const find = findByMdns ?? (await import('./mdns')).findByMdns;
  return find({ signal, bridgeId: config.bridge_id });
}

/** The time of the question is on disk before it is asked, so that no crash makes us ask too often. */
async function byCloud(context: LocatorContext): Promise<FoundBridge[]> {
  const { config, memory, http, logger, signal, cloud = {}, now = Date.now } = context;
  if (cloud.answer !== undefined) return cloud.answer;
  if (isYoung(memory.state.cloudAskedAt ?? -Infinity, CLOUD_EVERY_MS, now())) {
    logger.info('discovery_skipped', 'the discovery service was asked less than 15 minutes ago', { how: 'cloud' });
    return [];
  }
  if (!memory.remember({ cloudAskedAt: now() })) return [];
  cloud.answer = import('./cloud-discovery').then(({ findByCloud }) =>
    findByCloud({ url: config.discovery_url, http, signal }),
  );
  return cloud.answer;
}
