/**
 * What version 2 adds to readings.db: what the clocks said at a cycle, how often cycles were meant to run then, and the
 * correction that a temperature has in it. It is history as soon as it is released: never change it.
 *
 * What version 1 stored has NULL in these columns: nobody knows it. The view `cycles` leaves out the rows that only hold
 * readings stored in another way than by a cycle (IMPORTED in schema.ts).
 */
export const VERSION_2 = `
ALTER TABLE cycle ADD COLUMN clock_offset_seconds INTEGER; -- the device's clock minus ours; NULL: it told no time
ALTER TABLE cycle ADD COLUMN clock INTEGER REFERENCES word;
ALTER TABLE cycle ADD COLUMN interval_minutes REAL;
ALTER TABLE reading ADD COLUMN temperature_offset; -- in the temperature already, hundredths of a degree; NULL: none
DROP VIEW cycles;
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
  c.error AS error,
  c.clock_offset_seconds AS clock_offset_seconds,
  (SELECT text FROM word WHERE id = c.clock) AS clock,
  c.interval_minutes AS interval_minutes
FROM cycle c WHERE c.outcome IS NOT (SELECT id FROM word WHERE text = 'imported')`;
