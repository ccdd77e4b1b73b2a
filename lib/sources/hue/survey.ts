/** Which bridges there are, for a user who has not paired with one yet; nothing here is proved, and no key is sent. */
import { isIPv6 } from 'node:net';
import type { HueConfig } from '../../config/config';
import { bridgeUrlFault } from '../../config/urls';
import { asMonitorError, MonitorError } from '../../errors';
import type { HueClient } from './client';
import { addressOf, type FoundBridge } from './found-bridge';

/** A bridge that answered. */
export interface MetBridge {
  /** scheme, host and port: https wherever the bridge has it */
  address: string;
  bridgeId: string;
  name: string;
  modelId: string;
  /** the bridge from which it says that it has taken the home over */
  replacesBridgeId: string | null;
}

type Way = HueConfig['discovery'][number];

/** Tries one way after the other until one finds bridges that answer. */
export async function findBridges(
  ways: readonly Way[],
  find: Record<Way, () => Promise<FoundBridge[]>>,
  client: Pick<HueClient, 'publicConfig'>,
  onFailure: (way: Way, failure: MonitorError) => void,
): Promise<MetBridge[]> {
  for (const way of ways) {
    try {
      const found = await find[way]();
      const answers = await Promise.allSettled(found.map((bridge) => meetBridge(addressesOf(bridge), client)));
      const bridges = answers.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const byId = new Map(bridges.map((bridge) => [bridge.bridgeId, bridge]));
      // Sorted, because answers come in any order, and "2" must mean the same bridge at the next run.
      if (byId.size > 0) return [...byId.values()].sort((a, b) => (a.bridgeId < b.bridgeId ? -1 : 1));
    } catch (thrown) {
      onFailure(way, asMonitorError(thrown));
    }
  }
  return [];
}

/**
 * @param addresses where the bridge may be, the best first
 * @throws MonitorError with the reasons of all addresses that were tried, if none is a bridge
 */
export async function meetBridge(
  addresses: readonly string[],
  client: Pick<HueClient, 'publicConfig'>,
): Promise<MetBridge> {
  const failures: MonitorError[] = [];
  const silent = new Set<string>();
  for (const address of addresses) {
    const { protocol } = new URL(address);
    if (silent.has(protocol)) continue; // nothing at other ports, either
    try {
      const { bridgeId, name, modelId, replacesBridgeId } = await client.publicConfig(address);
      const shown = { name: name ?? 'Hue Bridge', modelId: modelId ?? 'unknown model' };
      return { address, bridgeId, ...shown, replacesBridgeId };
    } catch (thrown) {
      const failure = asMonitorError(thrown);
      if (failure.type === 'interrupted') throw failure;
      if (failure.type === 'timeout') silent.add(protocol);
      failures.push(failure);
    }
  }
  throw allOf(failures);
}

/** Each way failed for its own reason, and either may be the true one. */
function allOf(failures: readonly MonitorError[]): MonitorError {
  const [first, ...others] = failures;
  if (first === undefined) throw new Error('no address to try');
  if (others.length === 0) return first;
  const { type, permanent, cause } = first;
  return new MonitorError(failures.map(({ message }) => message).join('; '), {
    type,
    permanent,
    cause,
    remediation: {
      say: 'Check that the bridge is switched on and in this network, and give its address as the Hue app shows it',
      command: 'node bin/auth-hue.js --bridge ADDRESS',
    },
  });
}

/** https before http, the announced port before the usual one. */
function addressesOf({ host, port }: FoundBridge): string[] {
  const addresses = ['https:', 'http:'].flatMap((scheme) => [
    addressOf(scheme, host, port),
    addressOf(scheme, host, null),
  ]);
  return [...new Set(addresses)];
}

/**
 * What `HOST`, `HOST:PORT` or a URL can mean: https first, http if the user wrote it or the bridge has nothing else.
 * @throws MonitorError `usage`
 */
export function addressesGiven(text: string): string[] {
  const host = isIPv6(text) ? `[${text}]` : text;
  const addresses = /^https?:\/\//i.test(text) ? [text] : [`https://${host}`, `http://${host}`];
  const fault = bridgeUrlFault(addresses[0]?.replace(/^https?/i, (scheme) => scheme.toLowerCase()) ?? '');
  if (fault === null) return addresses.map((address) => new URL(address).origin);
  throw new MonitorError(`the address ${JSON.stringify(text)} ${fault}`, {
    type: 'usage',
    permanent: true,
    remediation: { say: 'Give it as the Hue app shows it', command: 'node bin/auth-hue.js --bridge 192.168.1.10' },
  });
}
