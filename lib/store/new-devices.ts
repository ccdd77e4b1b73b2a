/**
 * How many devices may appear for the first time within a day: a device that invents an id for each of its readings
 * would fill the disk, and make every report slow.
 */
import type { Reading } from '../reading';
import type { Database } from './database';
import type { Cycle, CycleRecord } from './store';

/** No home gets so many at once. */
const NEW_DEVICES_A_DAY = 1000;
const DAY_MS = 86_400_000;
/** The devices that were known before the day are looked for in so many cycles. */
const EARLIER_CYCLES = 300;

/**
 * Leaves out the readings of new devices that are too many. Call it in the transaction that stores the cycle.
 * @param judge gives the row of the cycle, told which devices are left out
 */
export async function withoutTooManyNew(
  database: Database,
  readings: Reading[],
  judge: (tooManyNew: readonly string[]) => CycleRecord,
): Promise<Cycle> {
  const record = judge([]);
  const refused = await tooManyNew(database, readings, record.started_at);
  if (refused.length === 0) return { record, readings };
  return { record: judge(refused), readings: readings.filter(({ device_id }) => !refused.includes(device_id)) };
}

async function tooManyNew(database: Database, readings: readonly Reading[], startedAt: string): Promise<string[]> {
  if (readings.length === 0) return [];
  const found = await database.get<{ known: number; unknown: string }>(
    `SELECT (SELECT count(*) FROM device) AS known, json_group_array(value) AS unknown FROM json_each(?)
     WHERE value NOT IN (SELECT device_id FROM device)`,
    JSON.stringify(readings.map(({ device_id }) => device_id)),
  );
  const { known = 0, unknown = '[]' } = found ?? {};
  const strangers = JSON.parse(unknown) as string[];
  if (strangers.length === 0 || known + strangers.length <= NEW_DEVICES_A_DAY) return [];
  return strangers.slice(Math.max(0, NEW_DEVICES_A_DAY - (await newWithinADay(database, startedAt))));
}

/**
 * The tables do not say when a device was first seen, but later devices have higher ids: new are those that had a
 * reading within the day, and have a higher id than all that had one in the cycles before it.
 */
async function newWithinADay(database: Database, startedAt: string): Promise<number> {
  const row = await database.get<{ devices: number }>(
    `SELECT count(*) AS devices FROM device WHERE (SELECT started_at FROM cycle WHERE id = last_cycle) >= ?1
     AND id > coalesce((SELECT max(r.device) FROM (SELECT id FROM cycle WHERE started_at < ?1
       ORDER BY started_at DESC LIMIT ${EARLIER_CYCLES}) c CROSS JOIN reading r ON r.cycle = c.id), 0)`,
    new Date(Date.parse(startedAt) - DAY_MS).toISOString(),
  );
  return row?.devices ?? 0;
}
