/** Makes years of plausible readings in seconds: SQLite itself makes them, in the real schema. */
import { createDatabase } from '../../lib/store/create-database';
import { Database } from '../../lib/store/database';
import { toHundredths } from '../../lib/store/schema';
import { silentLogger, storageOf } from '../support/storage';

const INTERVAL_SECONDS = 300;
const ROUNDS_PER_TRANSACTION = 50_000;

export interface GeneratorOptions {
  directory: string;
  /** about this number: some cycles fail, some are missing */
  readings: number;
  /** all cycles of both collectors; default: as many as give 10 readings to each pair of cycles */
  cycles?: number | undefined;
  /** when the newest cycle starts */
  until?: Date;
  onProgress?: (readings: number) => void;
}

export async function generateReadings(options: GeneratorOptions): Promise<{ readings: number; cycles: number }> {
  const rounds = Math.max(1, Math.round((options.cycles ?? options.readings / 5) / 2));
  const devices = Math.max(2, Math.round(options.readings / rounds));
  const monitors = Math.max(1, Math.floor(devices / 5));
  await createDatabase(storageOf(options.directory), silentLogger);
  const database = await Database.open(`${options.directory}/readings.db`, 'read-write');
  // Durability is not needed: the database can be made again in seconds.
  await database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000');
  await fillDevices(database, devices, monitors);
  const until = Math.floor((options.until ?? new Date()).getTime() / 1000 / INTERVAL_SECONDS) * INTERVAL_SECONDS;
  const first = until - (rounds - 1) * INTERVAL_SECONDS;
  for (let round = 0; round < rounds; round += ROUNDS_PER_TRANSACTION) {
    const last = Math.min(rounds, round + ROUNDS_PER_TRANSACTION) - 1;
    await database.exec(`BEGIN; ${cyclesSql(round, last, first)}; ${readingsSql(round, last)}; COMMIT`);
    options.onProgress?.((last + 1) * devices);
  }
  await database.exec('UPDATE device SET last_cycle = (SELECT max(cycle) FROM reading WHERE device = device.id)');
  const counted = await database.get<{ readings: number; cycles: number }>(
    'SELECT (SELECT count(*) FROM reading) AS readings, (SELECT count(*) FROM cycle) AS cycles',
  );
  await database.exec('PRAGMA journal_mode = WAL');
  await database.close();
  return counted ?? { readings: 0, cycles: 0 };
}

async function fillDevices(database: Database, devices: number, monitors: number): Promise<void> {
  const words = ['hue', 'amazon_aqm', 'ok', 'failed', 'sensors', 'state', 'timeout'];
  const rooms = ['Hall', 'Kitchen', 'Living room', 'Bedroom', 'Bath', 'Attic', 'Cellar', 'Office', 'Nursery', 'Garage'];
  await database.run('INSERT INTO word (text) SELECT value FROM json_each(?)', JSON.stringify([...words, ...rooms]));
  await database.exec(
    `INSERT INTO device (id, device_id, device_type, last_cycle)
     SELECT value,
       CASE WHEN value <= ${devices - monitors} THEN printf('hue:00:17:88:01:02:%02x:%02x:%02x-02-0402', value >> 16, value >> 8 & 255, value & 255)
         ELSE printf('alexa:GAJ2300%09d', value) END,
       CASE WHEN value <= ${devices - monitors} THEN 'hue_sensor' ELSE 'alexa_aqm' END, 0
     FROM ${numbers(1, devices)}`,
  );
}

/** A table `value` of all integers from first to last. */
function numbers(first: number, last: number): string {
  return `(WITH RECURSIVE n (value) AS (SELECT ${first} UNION ALL SELECT value + 1 FROM n WHERE value < ${last})
    SELECT value FROM n)`;
}

function word(text: string): string {
  return `(SELECT id FROM word WHERE text = '${text}')`;
}

/** One cycle in 500 fails, one in 1,000 has no row. */
function cyclesSql(first: number, last: number, epoch: number): string {
  return `INSERT INTO cycle (id, started_ms, collector, outcome, exit_code, duration_ms, readings_stored, readings_spooled,
      devices_seen, devices_skipped, requests, payload_bytes, endpoint, retries, lock_wait_ms, error_type, error,
      clock_offset_seconds, clock, interval_minutes)
    WITH drawn AS MATERIALIZED (
      SELECT value * 2 + c.number AS id, ${epoch} + value * ${INTERVAL_SECONDS} + c.number AS started, c.collector AS collector,
        c.endpoint AS endpoint,
        c.devices AS devices, abs(random()) % 500 = 0 AS failed
      FROM ${numbers(first, last)} CROSS JOIN (
        SELECT 1 AS number, ${word('hue')} AS collector, ${word('sensors')} AS endpoint, (SELECT count(*) FROM device WHERE device_type = 'hue_sensor') AS devices
        UNION ALL SELECT 2, ${word('amazon_aqm')}, ${word('state')}, (SELECT count(*) FROM device WHERE device_type = 'alexa_aqm')) c
      WHERE abs(random()) % 1000 > 0)
    SELECT id, started * 1000 + abs(random()) % 1000, collector,
      iif(failed, ${word('failed')}, ${word('ok')}), failed, 180 + abs(random()) % 200,
      iif(failed, 0, devices), 0, iif(failed, 0, devices), NULL, 1,
      1900 + abs(random()) % 12000, endpoint, 3 * failed, 0, iif(failed, ${word('timeout')}, NULL),
      iif(failed, 'the device did not answer within 10 s', NULL), abs(random()) % 3 - 1, ${word('ok')},
      ${INTERVAL_SECONDS / 60}
    FROM drawn`;
}

/** A yearly and a daily curve, another level for each device, and a little noise. */
function readingsSql(first: number, last: number): string {
  // Materialized: else SQLite copies the inner terms, and each copy gets another random number.
  return `INSERT INTO reading (cycle, device, location, age_ms, temperature, light, humidity, pm25, pm10, voc, co, iaq, battery,
      is_anomalous)
    WITH drawn AS MATERIALIZED (
      SELECT c.id AS cycle, d.id AS device, hue,
        round(18 + d.id % 7 + 2.5 * sin(c.id * pi() / 105120) + 1.5 * sin(c.id * pi() / 288)
          + abs(random()) % 40 / 100.0, 2) AS temperature,
        iif(hue, pow(10, abs(random()) % 30000 / 10000.0), NULL) AS light
      FROM (SELECT id, id % 2 = 1 AS hue FROM cycle
        WHERE id BETWEEN ${first * 2 + 1} AND ${last * 2 + 2} AND NOT exit_code) c
      CROSS JOIN device d WHERE (d.device_type = 'hue_sensor') = hue)
    SELECT cycle, device, 8 + device % 10, 1000 + abs(random()) % 262000, ${toHundredths('temperature')},
      ${toHundredths('light')}, iif(hue, NULL, 30 + abs(random()) % 40), iif(hue, NULL, abs(random()) % 30), NULL,
      iif(hue, NULL, abs(random()) % 60), iif(hue, NULL, 0), iif(hue, NULL, 40 + abs(random()) % 60),
      iif(hue, 100 - cycle / 2000 % 100, NULL), 0
    FROM drawn`;
}
