/** The current problems, which a report shows first, one line for each. */
import { isMeasuredInFuture, newestBelieved, staleAfter } from '../clock';
import type { Config } from '../config/config';
import { COLLECTORS, enabledSources, SOURCES, type CollectorName, type ListedSource } from '../sources/all';
import type { Database } from '../store/database';
import { cyclesInFuture, futureCycles, latestPerDevice, sayFuture, type StoredReading } from '../store/queries';
import { vanishedDevices } from '../store/vanished';
import { asTyped } from '../typed-command';
import { plural } from '../wording';
import { findGaps, type Gap, type GapsQuery } from './gaps';
import { troubleOfLongTime } from './long-trouble';
import { DAY_MS, clockOf, duration, momentOf } from './moment';
import { NO_TRACE } from './due-cycles';
import type { Request } from './request';
import type { Trouble } from './trouble-kinds';
import { troubleOnDisk } from './trouble-on-disk';

/** In a longer time the missed cycles are counted, not told one by one. */
const LONG_MS = 8 * DAY_MS;

/** All problems of the last 24 hours, or from another time on; none if the report ends in the past. */
export async function allTrouble(
  database: Database,
  config: Config,
  { nowMs, endsNow }: Pick<Request, 'nowMs' | 'endsNow'>,
  fromMs = nowMs - DAY_MS,
): Promise<Trouble[]> {
  if (!endsNow) return [];
  const latest = await latestPerDevice(database, newestBelieved(nowMs));
  return [...troubleOnDisk(config), ...(await troubleOfCycles(database, config, { fromMs, nowMs }, latest))];
}

/**
 * The problems that the cycles of a time show that ends now.
 * @param latest the newest reading of each device
 */
export async function troubleOfCycles(
  database: Database,
  config: Config,
  { fromMs, nowMs }: { fromMs: number; nowMs: number },
  latest: readonly StoredReading[],
): Promise<Trouble[]> {
  const names = new Map(latest.map(({ device_id, location }) => [device_id, location]));
  const intervalMs = config.collection.interval_minutes * 60_000;
  const enabled = enabledSources(config).map(({ collector }) => collector);
  const missed =
    nowMs - fromMs > LONG_MS
      ? (collector: CollectorName) => troubleOfLongTime(database, collector, { fromMs, nowMs, intervalMs })
      : await eachMissedCycle(database, { collectors: COLLECTORS, enabled, intervalMs, fromMs, toMs: nowMs });
  const found: Trouble[] = [];
  const future = await futureCycles(database, nowMs);
  if (future.cycles > 0) {
    found.push({
      kind: 'future',
      collector: null,
      message: asTyped(`${sayFuture(future)}: see node bin/data.js clock`),
    });
  }
  for (const source of SOURCES) {
    const { collector } = source;
    const last = await lastCycle(database, collector, nowMs);
    if (last === undefined) {
      if (!enabled.includes(collector)) continue;
      const message = await whyNoCycle(database, source, nowMs);
      found.push({ kind: 'no_cycle', collector, message });
      continue;
    }
    found.push(
      ...(await missed(collector)),
      ...skipped(collector, last.devices_skipped, names),
      ...(await vanished(database, source, nowMs)),
      ...stale(source, latest, nowMs, staleAfter(config.collection.interval_minutes)),
    );
  }
  return found;
}

async function eachMissedCycle(database: Database, query: GapsQuery & { fromMs: number }) {
  const { fromMs, toMs } = query;
  const period = duration(toMs - fromMs);
  const { days, gaps } = await findGaps(database, query);
  return (collector: CollectorName): Trouble[] => {
    const own = gaps.filter((gap) => gap.collector === collector);
    const expected = days.filter((day) => day.collector === collector).reduce((sum, day) => sum + day.expected, 0);
    return [...failedCycles(collector, own, expected, period), ...unrecordedCycles(collector, own, toMs, period)];
  };
}

function lastCycle(
  database: Database,
  collector: CollectorName,
  nowMs: number,
): Promise<{ devices_skipped: string } | undefined> {
  const sql =
    'SELECT devices_skipped FROM cycles WHERE collector = ? AND started_at <= ? ORDER BY started_at DESC LIMIT 1';
  return database.get(sql, collector, new Date(newestBelieved(nowMs)).toISOString());
}

async function whyNoCycle(database: Database, { collector, program }: ListedSource, nowMs: number): Promise<string> {
  const future = await cyclesInFuture(database, collector, nowMs);
  return future === 0
    ? asTyped(`${collector}: no cycle yet: is ${program} in the crontab? (cron/install.sh)`)
    : `${collector}: all cycles have a time in the future: check the clock of this machine (timedatectl)`;
}

function failedCycles(collector: CollectorName, gaps: readonly Gap[], expected: number, period: string): Trouble[] {
  const failed = gaps.filter(({ reason }) => reason !== NO_TRACE);
  const last = failed.at(-1);
  if (last === undefined) return [];
  const cycles = failed.reduce((sum, gap) => sum + gap.cycles, 0);
  const message = `${collector}: ${cycles} of ${plural(expected, 'cycle')} failed in ${period}, last at ${clockOf(lastCycleOf(last))} (${last.reason}: ${last.error ?? 'no message'})`;
  return [{ kind: 'failed_cycles', collector, message }];
}

function lastCycleOf({ fromMs, toMs, cycles }: Gap): number {
  return toMs - (toMs - fromMs) / cycles;
}

function unrecordedCycles(collector: CollectorName, gaps: readonly Gap[], nowMs: number, period: string): Trouble[] {
  const unrecorded = gaps.filter(({ reason }) => reason === NO_TRACE);
  const longest = unrecorded.reduce<Gap | null>((best, gap) => (best && best.cycles >= gap.cycles ? best : gap), null);
  if (longest === null) return [];
  const cycles = unrecorded.reduce((sum, gap) => sum + gap.cycles, 0);
  const goesOn = longest.toMs >= nowMs - (longest.toMs - longest.fromMs) / longest.cycles;
  const when = goesOn
    ? `since ${momentOf(longest.fromMs)}`
    : `${momentOf(longest.fromMs)} to ${clockOf(longest.toMs)}, ${duration(longest.toMs - longest.fromMs)}`;
  const message = `${collector}: ${plural(cycles, 'cycle')} without a trace in ${period} (the longest ${when}); see ${asTyped('node bin/report.js gaps')}`;
  return [{ kind: 'gap', collector, message }];
}

/** So many skipped devices are named. */
const NAMED = 20;

function skipped(collector: CollectorName, devices: string, names: ReadonlyMap<string, string>): Trouble[] {
  const reasons = Object.entries(JSON.parse(devices) as Record<string, string>);
  if (reasons.length === 0) return [];
  const named = reasons.slice(0, NAMED).map(([device, reason]) => `${names.get(device) ?? device} ${reason}`);
  const more = reasons.length > NAMED ? `, and ${reasons.length - NAMED} more` : '';
  return [
    { kind: 'skipped', collector, message: `${collector}: skipped in the last cycle: ${named.join(', ')}${more}` },
  ];
}

async function vanished(
  database: Database,
  { collector, deviceType }: ListedSource,
  nowMs: number,
): Promise<Trouble[]> {
  const devices = await vanishedDevices(database, { collector, deviceType }, nowMs);
  if (devices.length === 0) return [];
  const each = devices.map(({ location, lastReadingMs }) => `${location} (last reading ${momentOf(lastReadingMs)})`);
  return [{ kind: 'vanished', collector, message: `${collector}: no longer listed: ${each.join(', ')}` }];
}

/** Devices that still answer, but repeat an old value, or one with a time that has not come yet. */
function stale(
  { collector, deviceType }: ListedSource,
  latest: readonly StoredReading[],
  nowMs: number,
  afterMs: number,
): Trouble[] {
  const ageOf = (time: string) => nowMs - Date.parse(time);
  const old = latest.flatMap(({ device_type, location, timestamp, measured_at }) =>
    device_type === deviceType && measured_at !== null && ageOf(timestamp) <= afterMs
      ? [{ location, ageMs: ageOf(measured_at) }]
      : [],
  );
  const said = (what: string, found: typeof old): Trouble[] => {
    const each = found.map(({ location, ageMs }) => `${location} (${duration(Math.abs(ageMs))})`);
    return each.length === 0 ? [] : [{ kind: 'stale', collector, message: `${collector}: ${what} ${each.join(', ')}` }];
  };
  return [
    ...said(
      'old values of',
      old.filter(({ ageMs }) => ageMs > afterMs),
    ),
    ...said(
      'values from the future of',
      old.filter(({ ageMs }) => isMeasuredInFuture(nowMs - ageMs, nowMs)),
    ),
  ];
}
