/**
 * The tables of readings.db, shaped for 20 million readings at less than 60 bytes each, and the two views that
 * outsiders query. What repeats is stored once: a reading is 14 small integers.
 */

/** Value of `PRAGMA user_version`. */
export const SCHEMA_VERSION = 1;

/**
 * A column of hundredths keeps 20.75 in 2 bytes and every value exactly: an integer in it counts hundredths, a real
 * number is the value itself.
 */
export function toHundredths(value: string): string {
  return `CASE WHEN abs(${value}) < 1e7 AND round(${value} * 100) / 100.0 = ${value}
    THEN CAST(round(${value} * 100) AS INTEGER) ELSE CAST(${value} AS REAL) END`;
}

export function fromHundredths(column: string): string {
  return `CASE typeof(${column}) WHEN 'integer' THEN ${column} / 100.0 ELSE ${column} END`;
}

function word(id: string): string {
  return `(SELECT text FROM word WHERE id = ${id})`;
}

/**
 * What a row of `readings` is made of, for the view and for those who choose cycles by their id. CROSS JOIN tells SQLite
 * to look up cycles first: without statistics it would read all readings for one hour of them.
 */
export const READINGS = `SELECT
  c.started_at AS timestamp,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.started_at, (-r.age_ms / 1000.0) || ' seconds') AS measured_at,
  d.device_id AS device_id,
  d.device_type AS device_type,
  ${word('r.location')} AS location,
  ${fromHundredths('r.temperature')} AS temperature_celsius,
  r.humidity AS humidity_percent,
  r.pm25 AS pm25_ugm3,
  r.pm10 AS pm10_ugm3,
  r.voc AS voc_index,
  r.co AS co_ppm,
  r.iaq AS iaq_score,
  ${fromHundredths('r.light')} AS light_lux,
  r.battery AS battery_percent,
  r.is_anomalous AS is_anomalous
FROM cycle c CROSS JOIN reading r ON r.cycle = c.id JOIN device d ON d.id = r.device`;

/**
 * Version 1. `word` holds names that repeat: locations, collectors, outcomes, endpoints, error types.
 * `reading` is ordered by cycle, so that new rows go to its end; a day of one device is 288 look-ups.
 * `device.last_cycle` is the cycle of the device's newest reading.
 */
export const VERSION_1 = `
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE cycle (
  id INTEGER PRIMARY KEY,
  started_ms INTEGER NOT NULL, -- since 1970
  started_at TEXT NOT NULL AS (strftime('%Y-%m-%dT%H:%M:%fZ', started_ms / 1000.0, 'unixepoch')) VIRTUAL, -- kept in the index
  collector INTEGER NOT NULL REFERENCES word,
  outcome INTEGER NOT NULL REFERENCES word,
  exit_code INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  readings_stored INTEGER NOT NULL,
  readings_spooled INTEGER NOT NULL,
  devices_seen INTEGER NOT NULL,
  devices_skipped TEXT, -- NULL: none
  requests INTEGER NOT NULL,
  payload_bytes INTEGER NOT NULL,
  endpoint INTEGER REFERENCES word,
  retries INTEGER NOT NULL,
  lock_wait_ms INTEGER NOT NULL,
  error_type INTEGER REFERENCES word,
  error TEXT,
  UNIQUE (started_at, collector)
);
CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL UNIQUE,
  device_type TEXT NOT NULL,
  last_cycle INTEGER NOT NULL REFERENCES cycle
);
CREATE TABLE reading (
  cycle INTEGER NOT NULL REFERENCES cycle,
  device INTEGER NOT NULL REFERENCES device,
  location INTEGER NOT NULL REFERENCES word,
  age_ms INTEGER, -- start of the cycle minus the sensor's own time
  temperature, -- hundredths of a degree Celsius
  light, -- hundredths of a lux
  humidity REAL,
  pm25 REAL,
  pm10 REAL,
  voc REAL,
  co REAL,
  iaq REAL,
  battery REAL,
  is_anomalous INTEGER NOT NULL,
  PRIMARY KEY (cycle, device)
) WITHOUT ROWID;
CREATE VIEW readings AS ${READINGS};
CREATE VIEW cycles AS SELECT
  c.started_at AS started_at,
  ${word('c.collector')} AS collector,
  ${word('c.outcome')} AS outcome,
  c.exit_code AS exit_code,
  c.duration_ms AS duration_ms,
  c.readings_stored AS readings_stored,
  c.readings_spooled AS readings_spooled,
  c.devices_seen AS devices_seen,
  coalesce(c.devices_skipped, '{}') AS devices_skipped,
  c.requests AS requests,
  c.payload_bytes AS payload_bytes,
  ${word('c.endpoint')} AS endpoint,
  c.retries AS retries,
  c.lock_wait_ms AS lock_wait_ms,
  ${word('c.error_type')} AS error_type,
  c.error AS error
FROM cycle c;
`;
