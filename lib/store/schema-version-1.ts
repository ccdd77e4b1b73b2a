/**
 * The first version of readings.db, as the first release made it. It is history: never change it, add a step to
 * lib/store/schema.ts instead.
 *
 * `word` holds names that repeat: locations, collectors, outcomes, endpoints, error types. `reading` is ordered by cycle,
 * so that new rows go to its end; a day of one device is 288 look-ups. `device.last_cycle` is the cycle of the device's
 * newest reading.
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
CREATE VIEW readings AS SELECT
  c.started_at AS timestamp,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.started_at, (-r.age_ms / 1000.0) || ' seconds') AS measured_at,
  d.device_id AS device_id,
  d.device_type AS device_type,
  (SELECT text FROM word WHERE id = r.location) AS location,
  CASE typeof(r.temperature) WHEN 'integer' THEN r.temperature / 100.0 ELSE r.temperature END AS temperature_celsius,
  r.humidity AS humidity_percent,
  r.pm25 AS pm25_ugm3,
  r.pm10 AS pm10_ugm3,
  r.voc AS voc_index,
  r.co AS co_ppm,
  r.iaq AS iaq_score,
  CASE typeof(r.light) WHEN 'integer' THEN r.light / 100.0 ELSE r.light END AS light_lux,
  r.battery AS battery_percent,
  r.is_anomalous AS is_anomalous
FROM cycle c CROSS JOIN reading r ON r.cycle = c.id JOIN device d ON d.id = r.device;
CREATE VIEW cycles AS SELECT
  c.started_at AS started_at,
  (SELECT text FROM word WHERE id = c.collector) AS collector,
  (SELECT text FROM word WHERE id = c.outcome) AS outcome,
  c.exit_code AS exit_code,
  c.duration_ms AS duration_ms,
  c.readings_stored AS readings_stored,
  c.readings_spooled AS readings_spooled,
  c.devices_seen AS devices_seen,
  coalesce(c.devices_skipped, '{}') AS devices_skipped,
  c.requests AS requests,
  c.payload_bytes AS payload_bytes,
  (SELECT text FROM word WHERE id = c.endpoint) AS endpoint,
  c.retries AS retries,
  c.lock_wait_ms AS lock_wait_ms,
  (SELECT text FROM word WHERE id = c.error_type) AS error_type,
  c.error AS error
FROM cycle c;
`;
