/** Which devices bring no new measurement: late, ahead of the time, or no longer listed. */
import { isMeasuredInFuture } from '../../clock';
import type { Config } from '../../config/config';
import type { Remedy } from '../../errors';
import { RUN_A_CYCLE } from '../../sources/all';
import type { SourceRow } from '../../sources/source';
import type { Database } from '../../store/database';
import type { StoredReading } from '../../store/queries';
import { vanishedDevices } from '../../store/vanished';
import type { Problem } from '../../check/check';
import { durationOf } from '../../check/clocks';

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

/** One problem for all devices that are late, and one for all that are much too late. */
export function lateDevices(devices: readonly StoredReading[], { warnMs, failMs }: Limits, now: Date): Problem[] {
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
export async function futureMeasurements(
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
export async function vanishedProblems(database: Database, row: SourceRow, now: Date): Promise<Problem[]> {
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

export function deviceDetails(reading: StoredReading, now: Date) {
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
