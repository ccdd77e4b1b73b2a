/**
 * Which monitors an account has: one way to the list after the other, and one marketplace after the other, until one
 * lists a monitor. An account is not always where its owner shops.
 */
import { asMonitorError, type ErrorType, type MonitorError } from '../../errors';
import type { AqmClient, AskOptions, Credentials } from './client';
import { joined, noMonitor, noMonitorInPart, type Discovery, type Monitor } from './discovery';
import type { Cookies } from './session-state';

/** A marketplace, with a login there. */
export interface Place {
  marketplace: string;
  cookies: Cookies;
  credentials: Credentials;
  client: AqmClient;
}

export interface FoundMonitors {
  place: Place;
  discovery: Discovery;
}

/** After these the other way would fail in the same way. */
const OF_BOTH_WAYS: readonly ErrorType[] = ['unauthorized', 'network', 'tls', 'timeout', 'deadline', 'interrupted'];

/** Of another marketplace, they only say that the account has nothing there. */
const NOT_THERE: readonly ErrorType[] = ['login_needed', 'no_monitor', 'unauthorized', 'http'];

/**
 * Asks for the list at one marketplace.
 * @param known the monitors that are remembered, for what the second way does not tell
 * @returns what both ways showed together; `incomplete` if neither of them was whole
 * @throws MonitorError the failure of the first way, if neither answered
 */
export async function listAt(
  { client, credentials }: Pick<Place, 'client' | 'credentials'>,
  known: readonly Monitor[],
  options?: AskOptions,
): Promise<Discovery> {
  const ways = [
    () => client.listByEndpoints(credentials, options),
    () => client.listByListEndpoints(credentials, known, options),
  ];
  let found: Discovery | null = null;
  let failure: MonitorError | null = null;
  for (const ask of ways) {
    try {
      const answer = await ask();
      found = found === null ? answer : joined(found, answer);
      if (found.incomplete === null && found.monitors.length > 0) return found;
    } catch (thrown) {
      failure ??= asMonitorError(thrown);
      if (OF_BOTH_WAYS.includes(asMonitorError(thrown).type)) break;
    }
  }
  if (found === null) throw failure ?? noMonitor([], 0);
  return found;
}

export interface Search {
  /** the marketplace of the configuration */
  configured: string;
  /** logs in at another marketplace */
  enter: (marketplace: string) => Promise<Place>;
  known?: readonly Monitor[];
}

/**
 * @param first where the account is looked for first: where it is known to live, else the configured marketplace
 * @throws MonitorError `no_monitor` if no marketplace of the account lists one
 */
export async function findMonitors(first: Place, { configured, enter, known = [] }: Search): Promise<FoundMonitors> {
  const discovery = await listAt(first, known);
  if (discovery.monitors.length > 0) return { place: first, discovery };
  if (discovery.incomplete !== null) throw noMonitorInPart(discovery.incomplete);
  const tried = [first.marketplace];
  const { readWelcome, readAccount } = first.client;
  for (const ask of [() => Promise.resolve(configured), readWelcome, readAccount]) {
    const marketplace = await ask(first.credentials).catch(() => null);
    if (marketplace === null || tried.includes(marketplace)) continue;
    tried.push(marketplace);
    const found = await lookAt(marketplace, enter, known);
    if (found !== null) return found;
  }
  throw noMonitor(tried, discovery.devices);
}

async function lookAt(
  marketplace: string,
  enter: (marketplace: string) => Promise<Place>,
  known: readonly Monitor[],
): Promise<FoundMonitors | null> {
  try {
    const place = await enter(marketplace);
    const discovery = await listAt(place, known);
    return discovery.monitors.length > 0 ? { place, discovery } : null;
  } catch (thrown) {
    if (NOT_THERE.includes(asMonitorError(thrown).type)) return null;
    throw thrown;
  }
}
