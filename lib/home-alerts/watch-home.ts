/**
 * After a good cycle: judges the rules about the home, and tells people what began, what is over, and once a day what is
 * still so. It changes no outcome; what could not be sent is tried again after the next cycle.
 */
import { join } from 'node:path';
import { newestBelieved, staleAfter } from '../clock';
import { nearest } from '../config/nearest';
import type { Config, Secrets } from '../config/config';
import { asMonitorError } from '../errors';
import type { Http } from '../http/http';
import type { Logger } from '../logging/logger';
import { enabledSources, type ListedSource } from '../sources/all';
import { databasePath } from '../store/files';
import { acquireLock } from '../store/lock';
import { latestPerDevice, type StoredReading } from '../store/queries';
import { withReader } from '../store/reader';
import { judge } from './judge';
import { waysToNotify, type Way } from './notify';
import { isDevice, rulesOf, type Rule } from './rules';
import { loadHomeAlerts, saveHomeAlerts, type HomeAlerts } from './state';
import { sentenceOf, textOf } from './words';

export interface HomeContext {
  config: Config;
  secrets: Secrets;
  /** whose cycle it was */
  row: Pick<ListedSource, 'deviceType'>;
  /** its start */
  cycle: string;
  logger: Logger;
  http: Http;
  /** the end of all that is done after a cycle */
  signal: AbortSignal;
  timeoutMs: number;
  now?: () => number;
}

/** More than this was never wanted: the oldest are dropped. */
const MOST_OUTGOING = 100;
const LOCK_WAIT_MS = 2000;

/** @throws MonitorError if the database or the state cannot be read or written */
export async function watchHome(context: HomeContext): Promise<void> {
  const { config, row, cycle, logger, now = Date.now } = context;
  const { data_directory } = config.storage;
  const nowMs = now();
  const lock = await acquireLock(join(data_directory, '.home-alerts.lock'), LOCK_WAIT_MS);
  if (lock === null) return; // the other collector is at it; the next cycle judges again
  try {
    const latest = await withReader(databasePath(data_directory), ([database]) =>
      latestPerDevice(database, newestBelieved(nowMs)),
    );
    if (latest === null) return;
    const rules = rulesOf(config);
    const state = loadHomeAlerts(data_directory);
    warnOfUnknown(rules, latest, state, context);
    const isOwn = ({ device_type }: StoredReading) => device_type === row.deviceType;
    const typeOf = new Map(latest.map(({ device_id, device_type }) => [device_id, device_type]));
    const [own, others] = [true, false].map((wanted) =>
      state.watches.filter(({ device_id }) => (typeOf.get(device_id) === row.deviceType) === wanted),
    );
    const staleAfterMs = staleAfter(config.collection.interval_minutes);
    const { watches, events } = judge(own ?? [], { rules, latest: latest.filter(isOwn), cycle, nowMs, staleAfterMs });
    state.watches = [...(others ?? []).filter(({ device_id }) => typeOf.has(device_id)), ...watches];
    const ways = waysToNotify(context);
    for (const event of events) {
      const fields = { name: event.name, location: event.location, device_id: event.device_id, value: event.value };
      if (event.event === 'raised') logger.critical('home_alert_raised', sentenceOf(event), fields);
      if (event.event === 'cleared') logger.info('home_alert_cleared', textOf(event), fields);
      if (ways.length > 0) state.outbox.push({ event, ways: ways.map(({ name }) => name) });
    }
    state.outbox = state.outbox.slice(-MOST_OUTGOING);
    saveHomeAlerts(data_directory, state);
    if (state.outbox.length === 0) return;
    await Promise.all(ways.map((way) => sendAll(way, state, context)));
    state.outbox = state.outbox.filter((outgoing) =>
      outgoing.ways.some((name) => ways.some((way) => way.name === name)),
    );
    saveHomeAlerts(data_directory, state);
  } finally {
    await lock.release();
  }
}

/** In the order of time; the first failure ends it, because the rest would fail as well. */
async function sendAll(way: Way, { outbox }: HomeAlerts, { logger, signal }: HomeContext): Promise<void> {
  for (const outgoing of outbox) {
    if (!outgoing.ways.includes(way.name)) continue;
    try {
      await way.send(outgoing.event, signal);
      outgoing.ways = outgoing.ways.filter((name) => name !== way.name);
    } catch (thrown) {
      const { message, remediation } = asMonitorError(thrown);
      logger.warning('notification_failed', `"${textOf(outgoing.event)}" was not sent by ${way.name}: ${message}`, {
        remediation,
      });
      return;
    }
  }
}

/** Once for each name, when every enabled source has stored something: until then nobody knows what there is. */
function warnOfUnknown(
  rules: readonly Rule[],
  latest: readonly StoredReading[],
  state: HomeAlerts,
  { config, logger }: HomeContext,
): void {
  const unknown = unknownIn(config, rules, latest);
  for (const { key, message } of unknown)
    if (!state.unknown.includes(key)) logger.warning('alert_matches_nothing', message);
  state.unknown = unknown.map(({ key }) => key);
}

export interface UnknownTarget {
  key: string;
  message: string;
}

/** What rules name and the database does not know, with the nearest known name. */
export function unknownIn(config: Config, rules: readonly Rule[], latest: readonly StoredReading[]): UnknownTarget[] {
  const isKnown = ({ deviceType }: ListedSource) => latest.some(({ device_type }) => device_type === deviceType);
  if (!enabledSources(config).every(isKnown)) return [];
  const locations = [...new Set(latest.map(({ location }) => location))];
  const devices = latest.map(({ device_id }) => device_id);
  return rules.flatMap(({ name, location, device }) => {
    const problems: UnknownTarget[] = [];
    const say = (kind: string, wanted: string, known: readonly string[]) => {
      const close = nearest(wanted, known);
      const hint = close === undefined ? '' : `, nearest known: ${close}`;
      problems.push({
        key: `${name} ${kind} ${wanted}`,
        message: `the alert "${name}" is about the ${kind} ${wanted}, which has no reading${hint}`,
      });
    };
    if (location !== null && !locations.includes(location)) say('location', location, locations);
    if (device !== null && !devices.some((id) => isDevice(device, id))) say('device', device, devices);
    return problems;
  });
}
