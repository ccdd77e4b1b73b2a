/**
 * Stores readings of which only the values and the time are known, not the cycle that read them. The view `cycles`
 * leaves out the row that holds them, so that nobody counts cycles that nobody has recorded.
 */
import { EXIT } from '../exit-codes';
import type { Reading } from '../reading';
import { sourceOfDevice, type CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { IMPORTED } from '../store/schema';
import type { CycleRecord, Outcome } from '../store/store';
import { writeCycle } from '../store/write-cycle';

/** A reading with the time of its cycle. */
export type TimedReading = Reading & { timestamp: string };

/** Readings of the same time and collector. */
export interface ReadingsOfOneTime {
  timestamp: string;
  collector: CollectorName;
  readings: readonly Reading[];
}

/** @returns undefined for a kind of device that this version does not know */
export function collectorOf({ device_type }: Pick<Reading, 'device_type'>): CollectorName | undefined {
  return sourceOfDevice(device_type)?.collector;
}

/**
 * Inside of a transaction; `isDry`: only counts.
 * @returns how many were not there yet
 */
export async function storeReadings(
  database: Database,
  { timestamp, collector, readings }: ReadingsOfOneTime,
  isDry: boolean,
): Promise<number> {
  const rows = await database.all<{ device_id: string }>(
    `SELECT d.device_id FROM cycle c CROSS JOIN reading r ON r.cycle = c.id JOIN device d ON d.id = r.device
     WHERE c.started_at = ? AND c.collector = (SELECT id FROM word WHERE text = ?)`,
    timestamp,
    collector,
  );
  const known = new Set(rows.map(({ device_id }) => device_id));
  const missing = readings.filter(({ device_id }) => {
    const isNew = !known.has(device_id);
    known.add(device_id);
    return isNew;
  });
  if (missing.length > 0 && !isDry) {
    await writeCycle(database, { record: { ...NOBODY_RECORDED, started_at: timestamp, collector }, readings: missing });
  }
  return missing.length;
}

const NOBODY_RECORDED: Omit<CycleRecord, 'started_at' | 'collector'> = {
  outcome: IMPORTED as Outcome,
  exit_code: EXIT.done,
  duration_ms: 0,
  devices_seen: 0,
  devices_skipped: {},
  requests: 0,
  payload_bytes: 0,
  endpoint: null,
  retries: 0,
  lock_wait_ms: 0,
  error_type: null,
  error: null,
  clock_offset_seconds: null,
  clock: null,
  interval_minutes: null,
};

/** Rows in the order of a file become groups of one time. */
export async function* groupsOf(rows: AsyncIterable<TimedReading>): AsyncGenerator<ReadingsOfOneTime> {
  let open: (ReadingsOfOneTime & { readings: TimedReading[] }) | null = null;
  for await (const row of rows) {
    const collector = collectorOf(row);
    if (collector === undefined) continue;
    if (open !== null && open.timestamp === row.timestamp && open.collector === collector) open.readings.push(row);
    else {
      if (open !== null) yield open;
      open = { timestamp: row.timestamp, collector, readings: [row] };
    }
  }
  if (open !== null) yield open;
}
