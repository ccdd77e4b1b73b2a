/** The usual questions to readings.db, each answered in less than 100 ms at 20 million readings. */
import { newestBelieved } from '../clock';
import type { Quantities, QuantityName } from '../quantities';
import type { CollectorName } from '../sources/all';
import { plural } from '../wording';
import type { Database } from './database';

/** A row of the contract's view `readings`, is_anomalous as 0 or 1. */
export interface StoredReading extends Quantities {
  timestamp: string;
  measured_at: string | null;
  device_id: string;
  device_type: string;
  location: string;
  is_anomalous: number;
  temperature_offset_celsius: number | null;
}

/** From and to are UTC ISO 8601 with milliseconds and `Z`; `to` is not included. */
export interface Period {
  from: string;
  to: string;
}

/**
 * The newest reading of every device: `device.last_cycle` says where it is, and if that is later than `untilMs`, the
 * one before is searched for. A device without any is left out.
 * @param untilMs included
 */
export async function latestPerDevice(
  database: Database,
  untilMs = newestBelieved(Date.now()),
): Promise<StoredReading[]> {
  const until = new Date(untilMs).toISOString();
  const newest = await database.all<StoredReading>(
    `SELECT r.* FROM device d CROSS JOIN cycle c ON c.id = d.last_cycle
     CROSS JOIN readings r ON r.timestamp = c.started_at AND r.device_id = d.device_id ORDER BY r.device_id`,
  );
  const earlier = 'SELECT * FROM readings WHERE device_id = ? AND timestamp <= ? ORDER BY timestamp DESC LIMIT 1';
  const found = newest.map(async (reading) =>
    reading.timestamp <= until ? reading : await database.get<StoredReading>(earlier, reading.device_id, until),
  );
  return (await Promise.all(found)).filter((reading) => reading !== undefined);
}

/** How many of the collector's cycles are stamped in the future: of no use until their time comes. */
export async function cyclesInFuture(database: Database, collector: CollectorName, nowMs: number): Promise<number> {
  const row = await database.get<{ cycles: number }>(
    'SELECT count(*) AS cycles FROM cycles WHERE collector = ? AND started_at > ?',
    collector,
    new Date(newestBelieved(nowMs)).toISOString(),
  );
  return row?.cycles ?? 0;
}

export interface FutureCycles {
  cycles: number;
  /** UTC ISO 8601; null if there is none */
  first: string | null;
  last: string | null;
}

/** Those of all collectors together. */
export async function futureCycles(database: Database, nowMs: number): Promise<FutureCycles> {
  const row = await database.get<FutureCycles>(
    'SELECT count(*) AS cycles, min(started_at) AS first, max(started_at) AS last FROM cycles WHERE started_at > ?',
    new Date(newestBelieved(nowMs)).toISOString(),
  );
  return row ?? { cycles: 0, first: null, last: null };
}

/** `3 cycles are stamped in the future` */
export function sayFuture({ cycles }: FutureCycles): string {
  return `${plural(cycles, 'cycle')} ${cycles === 1 ? 'is' : 'are'} stamped in the future`;
}

/** All readings of one device in the order of time. */
export function readingsOfDevice(
  database: Database,
  device_id: string,
  { from, to }: Period,
): Promise<StoredReading[]> {
  return database.all<StoredReading>(
    'SELECT * FROM readings WHERE device_id = ? AND timestamp >= ? AND timestamp < ? ORDER BY timestamp',
    device_id,
    from,
    to,
  );
}

export interface HourlyMean {
  /** `2026-01-02T03`, UTC */
  hour: string;
  device_id: string;
  location: string;
  mean: number;
  lowest: number;
  highest: number;
  readings: number;
}

/** One quantity's mean, lowest and highest value of every device in every hour. */
export async function hourlyMeans(
  database: Database,
  quantity: QuantityName,
  { from, to }: Period,
): Promise<HourlyMean[]> {
  // Hour by hour, because one GROUP BY over the whole period would first sort all its readings. An hour is the range
  // from "2026-01-02T03" to "2026-01-02T03;", the character after ":".
  const hours = await database.all<{ hour: string; means: string }>(
    `SELECT hour.value AS hour, (
       SELECT json_group_array(json_array(device_id, location, mean, lowest, highest, readings)) FROM (
         SELECT device_id, location, avg(${quantity}) AS mean, min(${quantity}) AS lowest, max(${quantity}) AS highest,
           count(${quantity}) AS readings
         FROM readings WHERE timestamp >= max(hour.value, ?1) AND timestamp < min(hour.value || ';', ?2)
           AND ${quantity} IS NOT NULL GROUP BY device_id)) AS means
     FROM json_each(?3) hour`,
    from,
    to,
    JSON.stringify(hoursOf({ from, to })),
  );
  return hours.flatMap(({ hour, means }) =>
    (JSON.parse(means) as [string, string, number, number, number, number][]).map(
      ([device_id, location, mean, lowest, highest, readings]) => {
        return { hour, device_id, location, mean, lowest, highest, readings };
      },
    ),
  );
}

function hoursOf({ from, to }: Period): string[] {
  const hours: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(to) + 3_600_000; at += 3_600_000) {
    hours.push(new Date(at).toISOString().slice(0, 13));
  }
  return hours.filter((hour) => hour < to);
}

/** A time in which a collector, though it should have run, left no cycle that stored anything. */
export interface Gap {
  collector: CollectorName;
  /** the last good cycle before, and the first one after */
  from: string;
  to: string;
}

export function gaps(database: Database, longerThanMs: number, { from, to }: Period): Promise<Gap[]> {
  return database.all<Gap>(
    `SELECT collector, before AS "from", started_at AS "to" FROM (
       SELECT collector, started_at, lag(started_at) OVER (PARTITION BY collector ORDER BY started_at) AS before
       FROM cycles WHERE started_at >= ? AND started_at < ? AND outcome <> 'failed')
     WHERE (julianday(started_at) - julianday(before)) * 86400000 > ? ORDER BY started_at`,
    from,
    to,
    longerThanMs,
  );
}
