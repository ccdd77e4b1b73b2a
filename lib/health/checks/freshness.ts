/** Do new measurements arrive? Judged by the sensor's own time: a value that is stored again every five minutes may be old. */
import { isMeasuredInFuture, newestBelieved } from '../../clock';
import type { Config } from '../../config/config';
import type { Remedy } from '../../errors';
import { RUN_A_CYCLE, SOURCES } from '../../sources/all';
import type { SourceRow } from '../../sources/source';
import type { Database } from '../../store/database';
import { latestPerDevice, type StoredReading } from '../../store/queries';
import { isComplete, vanishedDevices } from '../../store/vanished';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { durationOf } from '../../check/clocks';
import { gapProblems, lastCycles, type LastCycles } from './cycles';
import { askDatabase } from './read-database';

const MINUTE_MS = 60_000;

export interface Limits {
  warnMs: number;
  failMs: number;
  /** between two cycles: one was missed */
  gapMs: number;
}

/** A device is late after two intervals, but never before the minimum below, because a cycle may take long. */
export function limitsOf({ collection }: Config): Limits {
  const intervalMs = collection.interval_minutes * MINUTE_MS;
  return {
    warnMs: Math.max(2 * intervalMs, 10 * MINUTE_MS),
    failMs: Math.max(3 * intervalMs, 15 * MINUTE_MS),
    gapMs: Math.max(1.5 * intervalMs, 2 * MINUTE_MS),
  };
}

export async function checkFreshness(context: CheckContext): Promise<Judgement> {
  const judged = await askDatabase(context.config.storage.data_directory, (database) => judge(database, context));
  return judged ?? { message: 'a new installation: no cycle has run yet', problems: [], details: {} };
}

async function judge(database: Database, { config, installation, now }: CheckContext): Promise<Judgement> {
  const latest = await latestPerDevice(database, newestBelieved(now().getTime()));
  const problems: Problem[] = [];
  const details: Record<string, unknown> = { devices: latest.map((reading) => deviceDetails(reading, now())) };
  const said: string[] = [];
  for (const row of SOURCES.filter(({ collector }) => installation.enabled.includes(collector))) {
    const { collector } = row;
    const cycles = await lastCycles(database, collector, now());
    details[collector] = { last_cycle: cycles.newest, last_good_cycle: cycles.newestGood?.started_at ?? null };
    const future = cycles.inFuture === 0 ? '' : `, ${cycles.inFuture} with a time in the future`;
    if (cycles.newest === null) {
      said.push(`${collector}: no cycle yet${future}`);
      if (cycles.inFuture > 0) problems.push(allInFuture(collector));
      continue;
    }
    const devices = latest.filter((reading) => reading.device_type === row.deviceType && isJudged(reading, cycles));
    problems.push(
      ...cycleProblems(row, cycles, limitsOf(config), now()),
      ...lateDevices(devices, limitsOf(config), now()),
      ...(await futureMeasurements(database, devices, limitsOf(config), now())),
      ...(await vanishedProblems(database, row, now())),
      ...gapProblems(collector, cycles, limitsOf(config).gapMs, now()),
    );
    const age = ageOf(cycles.newest.started_at, now());
    said.push(`${collector}: ${devices.length} devices, last cycle ${age} ago${future}`);
  }
  return { message: said.join('; '), problems, details };
}

function allInFuture(collector: string): Problem {
  return {
    status: 'warn',
    message: `all cycles of ${collector} have a time in the future`,
    remediation: {
      say: 'Check the clock of this machine, then see which they are',
      command: 'timedatectl; node bin/data.js clock',
    },
  };
}

/**
 * A device is not judged if the last successful cycle found it switched off, or did not find it in the list; if that cycle
 * had no answer of one of the bridges, it is.
 */
function isJudged({ device_id, timestamp }: StoredReading, { newestGood }: LastCycles): boolean {
  if (newestGood === null || timestamp >= newestGood.started_at) return true;
  if (!isComplete(newestGood.devices_skipped)) return newestGood.devices_skipped[device_id] !== 'off';
  const reason = newestGood.devices_skipped[device_id];
  return reason !== undefined && reason !== 'off';
}

function cycleProblems(
  { collector, program }: SourceRow,
  { newest }: LastCycles,
  limits: Limits,
  now: Date,
): Problem[] {
  if (newest === null) return [];
  const command = `node bin/${program}.js`;
  const ageMs = now.getTime() - Date.parse(newest.started_at);
  const problems: Problem[] = [];
  if (ageMs > limits.warnMs) {
    problems.push({
      status: ageMs > limits.failMs ? 'fail' : 'warn',
      message: `the last cycle of ${collector} was ${durationOf(ageMs)} ago`,
      remediation: { say: 'Check whether cron runs it, and run it once by hand', command: `crontab -l; ${command}` },
    });
  }
  if (newest.outcome === 'failed') {
    problems.push({
      status: 'warn',
      message: `the last cycle of ${collector} failed (${newest.error_type ?? 'unknown'}): ${newest.error ?? 'no reason was stored'}`,
      remediation: { say: 'Run it by hand to see whether it still fails', command },
    });
  }
  if (newest.outcome === 'partial' && newest.error_type === 'too_many_devices') {
    problems.push({
      status: 'warn',
      message: `the last cycle of ${collector} stored a part of what was listed: ${newest.error ?? ''}`,
      remediation: `Look at what is listed; if all of it is yours, raise collection.max_devices: ${command} --dry-run`,
    });
  }
  return problems;
}

/** One problem for all devices that are late, and one for all that are much too late. */
function lateDevices(devices: readonly StoredReading[], { warnMs, failMs }: Limits, now: Date): Problem[] {
  const aged = devices.map((reading) => ({ reading, ageMs: now.getTime() - Date.parse(timeOf(reading)) }));
  const name = ({ reading, ageMs }: (typeof aged)[number]) =>
    `${reading.location} (${reading.device_id}, ${durationOf(ageMs)})`;
  const problem = (status: 'warn' | 'fail', found: typeof aged, what: string, remediation: Remedy): Problem[] =>
    found.length === 0 ? [] : [{ status, message: `${what}: ${found.map(name).join(', ')}`, remediation }];
  const checkPower = { say: 'Check that these devices have power and a connection, then', command: RUN_A_CYCLE };
  return [
    ...problem(
      'fail',
      aged.filter(({ ageMs }) => ageMs > failMs),
      'no new measurement for more than three intervals',
      checkPower,
    ),
    ...problem(
      'warn',
      aged.filter(({ ageMs }) => ageMs > warnMs && ageMs <= failMs),
      'late measurements',
      checkPower,
    ),
  ];
}

/** A sensor that is ahead is not fresh, whatever it says. It fails if it was so more than three intervals ago, too. */
async function futureMeasurements(
  database: Database,
  devices: readonly StoredReading[],
  { failMs }: Limits,
  now: Date,
): Promise<Problem[]> {
  const ahead = devices.filter((reading) => isMeasuredInFuture(Date.parse(timeOf(reading)), now.getTime()));
  const lasting: string[] = [];
  for (const { device_id } of ahead) {
    const before = await database.get<StoredReading>(
      'SELECT * FROM readings WHERE device_id = ? AND timestamp <= ? ORDER BY timestamp DESC LIMIT 1',
      device_id,
      new Date(now.getTime() - failMs).toISOString(),
    );
    const wasAhead =
      before !== undefined && isMeasuredInFuture(Date.parse(timeOf(before)), Date.parse(before.timestamp));
    if (wasAhead) lasting.push(device_id);
  }
  const problemOf = (status: Problem['status'], found: readonly StoredReading[]): Problem[] => {
    if (found.length === 0) return [];
    const list = found.map((reading) => {
      const aheadMs = Date.parse(timeOf(reading)) - now.getTime();
      return `${reading.location} (${reading.device_id}, ${durationOf(aheadMs)})`;
    });
    return [
      {
        status,
        message: `measurements from the future: ${list.join(', ')}`,
        remediation: {
          say: "See which clock is wrong, this machine's or the device's",
          command: 'node bin/health.js clock',
        },
      },
    ];
  };
  const lasts = ({ device_id }: StoredReading) => lasting.includes(device_id);
  return [
    ...problemOf('fail', ahead.filter(lasts)),
    ...problemOf(
      'warn',
      ahead.filter((reading) => !lasts(reading)),
    ),
  ];
}

/** For a week after a device is listed no longer. */
async function vanishedProblems(database: Database, row: SourceRow, now: Date): Promise<Problem[]> {
  const vanished = await vanishedDevices(database, row, now.getTime());
  if (vanished.length === 0) return [];
  const list = vanished.map(({ device_id, location, lastReadingMs }) => {
    return `${location} (${device_id}, last reading ${new Date(lastReadingMs).toISOString()})`;
  });
  return [
    {
      status: 'warn',
      message: `${row.collector} no longer lists ${list.join(', ')}`,
      remediation: {
        say: 'If it was removed on purpose, this ends in a week; else add it again in the app, and see since when',
        command: 'node bin/report.js gaps',
      },
    },
  ];
}

/** The sensor's own time, if it is known. */
function timeOf({ measured_at, timestamp }: StoredReading): string {
  return measured_at ?? timestamp;
}

function deviceDetails(reading: StoredReading, now: Date) {
  const { device_id, location } = reading;
  const measured_at = timeOf(reading);
  return {
    device_id,
    location,
    measured_at,
    time_of: reading.measured_at === null ? 'cycle' : 'sensor',
    age_seconds: Math.round((now.getTime() - Date.parse(measured_at)) / 1000),
  };
}

function ageOf(time: string, now: Date): string {
  return durationOf(now.getTime() - Date.parse(time));
}
