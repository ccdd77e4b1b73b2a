/** Writes one cycle inside a transaction that the caller has begun: five statements, however many readings. */
import { MonitorError } from '../errors';
import { QUANTITIES, QUANTITY_NAMES } from '../quantities';
import type { Reading } from '../reading';
import type { Database, SqlValue } from './database';
import { toHundredths } from './schema';
import type { Cycle } from './store';

/** What is given of a reading, in the order of `valuesOf`. */
const GIVEN = ['device_id', 'location', 'age_ms', 'is_anomalous', 'temperature_offset', ...QUANTITY_NAMES];
/** SQLite takes 32,766 parameters in one statement. */
const READINGS_PER_STATEMENT = Math.floor(32_766 / GIVEN.length);
const STORED_COLUMNS = QUANTITY_NAMES.map((name) => QUANTITIES[name].stored.column);
const AS_KEPT = QUANTITY_NAMES.map((name) =>
  QUANTITIES[name].stored.as === 'hundredths' ? toHundredths(`v.${name}`) : `v.${name}`,
);

/**
 * The same cycle twice leaves one: a row or a reading that is there already stays as it is.
 * @throws MonitorError as of `databaseError`; `internal` if a reading has no row afterwards
 */
export async function writeCycle(database: Database, cycle: Cycle): Promise<void> {
  const { record, readings } = cycle;
  const words = [record.collector, record.outcome, record.endpoint, record.error_type, record.clock];
  await database.run(
    'INSERT INTO word (text) SELECT value FROM json_each(?) WHERE value IS NOT NULL ON CONFLICT DO NOTHING',
    JSON.stringify([...words, ...readings.map(locationOf)]),
  );
  const id = await writeRecord(database, cycle);
  if (readings.length === 0) return;

  await database.run(
    `INSERT INTO device (device_id, device_type, last_cycle) SELECT value ->> 0, value ->> 1, ?1 FROM json_each(?2)
     WHERE true ON CONFLICT (device_id) DO UPDATE SET last_cycle = excluded.last_cycle
     WHERE (SELECT started_at FROM cycle WHERE id = last_cycle) < ?3`,
    id,
    JSON.stringify(readings.map(({ device_id, device_type }) => [device_id, device_type])),
    record.started_at,
  );
  for (let first = 0; first < readings.length; first += READINGS_PER_STATEMENT) {
    await writeReadings(database, id, record.started_at, readings.slice(first, first + READINGS_PER_STATEMENT));
  }
  await proveWritten(database, id, cycle);
}

/** The statements leave out a reading whose texts SQLite does not find again, and a second one of a device. */
async function proveWritten(database: Database, id: number, { record, readings }: Cycle): Promise<void> {
  const row = await database.get<{ rows: number }>('SELECT count(*) AS rows FROM reading WHERE cycle = ?', id);
  const rows = row?.rows ?? 0;
  if (rows >= readings.length) return;
  const counts = `${rows} of the ${readings.length} readings`;
  throw new MonitorError(`only ${counts} of the cycle of ${record.started_at} reached the database: none is stored`, {
    type: 'internal',
    permanent: true,
    remediation: 'This is a defect of home-temperature-monitor: please report it with the lines of the log file.',
  });
}

function locationOf(reading: Reading): string {
  return reading.location;
}

async function writeRecord(database: Database, cycle: Cycle): Promise<number> {
  const { record, readings, spooled = false } = cycle;
  const skipped = Object.keys(record.devices_skipped).length === 0 ? null : JSON.stringify(record.devices_skipped);
  // The update changes nothing; it makes the statement answer the id of the row that is there already.
  const row = await database.get<{ id: number }>(
    `INSERT INTO cycle (started_ms, collector, outcome, exit_code, duration_ms, readings_stored, readings_spooled,
       devices_seen, devices_skipped, requests, payload_bytes, endpoint, retries, lock_wait_ms, error_type, error,
       clock_offset_seconds, clock, interval_minutes)
     VALUES (?, (SELECT id FROM word WHERE text = ?), (SELECT id FROM word WHERE text = ?), ?, ?, ?, ?, ?, ?, ?, ?,
       (SELECT id FROM word WHERE text = ?), ?, ?, (SELECT id FROM word WHERE text = ?), ?,
       ?, (SELECT id FROM word WHERE text = ?), ?)
     ON CONFLICT (started_at, collector) DO UPDATE SET started_ms = excluded.started_ms RETURNING id`,
    Date.parse(record.started_at),
    record.collector,
    record.outcome,
    record.exit_code,
    Math.round(record.duration_ms),
    spooled ? 0 : readings.length,
    spooled ? readings.length : 0,
    record.devices_seen,
    skipped,
    record.requests,
    record.payload_bytes,
    record.endpoint,
    record.retries,
    Math.round(record.lock_wait_ms),
    record.error_type,
    record.error,
    record.clock_offset_seconds,
    record.clock,
    record.interval_minutes,
  );
  // An INSERT with RETURNING answers exactly one row.
  return (row as { id: number }).id;
}

async function writeReadings(database: Database, id: number, startedAt: string, readings: Reading[]): Promise<void> {
  const started = Date.parse(startedAt);
  const places = `(${GIVEN.map(() => '?').join(',')})`;
  await database.run(
    `WITH v (${GIVEN.join(', ')}) AS (VALUES ${readings.map(() => places).join(',')})
     INSERT INTO reading (cycle, device, location, age_ms, is_anomalous, temperature_offset, ${STORED_COLUMNS.join(', ')})
     SELECT ${id}, d.id, w.id, v.age_ms, v.is_anomalous, ${toHundredths('v.temperature_offset')}, ${AS_KEPT.join(', ')}
     FROM v CROSS JOIN device d ON d.device_id = v.device_id CROSS JOIN word w ON w.text = v.location
     WHERE true ON CONFLICT DO NOTHING`,
    ...readings.flatMap((reading) => valuesOf(reading, started)),
  );
}

/** Numbers go as parameters, not as JSON: SQLite reads one in 5,000 texts of 16 digits a last bit off. */
function valuesOf(reading: Reading, started: number): SqlValue[] {
  return [
    reading.device_id,
    reading.location,
    reading.measured_at === null ? null : started - Date.parse(reading.measured_at),
    reading.is_anomalous ? 1 : 0,
    reading.temperature_offset_celsius,
    ...QUANTITY_NAMES.map((name) => reading[name]),
  ];
}
