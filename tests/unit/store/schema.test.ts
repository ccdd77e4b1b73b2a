/** What outsiders rely on: the contract's names, and plans that stay fast as the data grows. */
import { Database } from '../../../lib/store/database';
import { gaps, hourlyMeans, latestPerDevice, readingsOfDevice } from '../../../lib/store/queries';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { cycleOf, hueReading, keep, nthCycle } from '../../support/cycles';
import { query, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
let path: string;
beforeEach(async () => {
  here = scratch();
  path = here.path('readings.db');
  const store = readingsDatabase(here.storage, here.logger);
  await store.storeAll(Array.from({ length: 30 }, (_, n) => nthCycle(n)));
  await store.storeAll([nthCycle(33), nthCycle(3, 'amazon_aqm'), nthCycle(1, 'amazon_aqm')]);
  await keep(store, cycleOf('2026-01-01T00:01:00.000Z', 'hue', [], { outcome: 'failed', exit_code: 1 }));
  await store.close();
});

async function asking<T>(ask: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.open(path, 'read-only');
  try {
    return await ask(database);
  } finally {
    await database.close();
  }
}

async function planOf(sql: string): Promise<string> {
  const steps = await query<{ detail: string }>(path, `EXPLAIN QUERY PLAN ${sql}`);
  return steps.map(({ detail }) => detail).join('\n');
}

test('the views have the columns of the contract', async () => {
  const columns = async (view: string) =>
    (await query<{ name: string }>(path, `SELECT name FROM pragma_table_info('${view}')`)).map(({ name }) => name);
  expect(await columns('readings')).toEqual([
    ...['timestamp', 'measured_at', 'device_id', 'device_type', 'location', 'temperature_celsius', 'humidity_percent'],
    ...['pm25_ugm3', 'pm10_ugm3', 'voc_index', 'co_ppm', 'iaq_score', 'light_lux', 'battery_percent', 'is_anomalous'],
    'temperature_offset_celsius',
  ]);
  expect(await columns('cycles')).toEqual([
    ...['started_at', 'collector', 'outcome', 'exit_code', 'duration_ms', 'readings_stored', 'readings_spooled'],
    ...['devices_seen', 'devices_skipped', 'requests', 'payload_bytes', 'endpoint', 'retries', 'lock_wait_ms'],
    ...['error_type', 'error', 'clock_offset_seconds', 'clock', 'interval_minutes'],
  ]);
});

test.each([
  "SELECT * FROM readings WHERE timestamp >= '2026-01-01' AND timestamp < '2026-01-02'",
  "SELECT * FROM readings WHERE device_id = 'hue:1' AND timestamp >= '2026-01-01'",
  "SELECT * FROM readings WHERE timestamp = '2026-01-01T00:00:00.000Z' AND device_id = 'hue:1'",
  "SELECT location, avg(temperature_celsius) FROM readings WHERE timestamp >= '2026-01-01' GROUP BY location",
])('a filter through the view looks up cycles by time, and never reads all readings: %s', async (sql) => {
  const plan = await planOf(sql);
  expect(plan).toMatch(/SEARCH c USING (COVERING )?INDEX sqlite_autoindex_cycle_1 \(started_at[=>]/);
  expect(plan).toMatch(/SEARCH r USING PRIMARY KEY \(cycle=\?/);
  expect(plan).not.toMatch(/SCAN [cr]\b/);
});

test('the newest reading of a device is found from the end', async () => {
  const plan = await planOf("SELECT * FROM readings WHERE device_id = 'hue:1' ORDER BY timestamp DESC LIMIT 1");
  expect(plan).not.toContain('TEMP B-TREE');
  expect(plan).toMatch(/SEARCH r USING PRIMARY KEY \(cycle=\? AND device=\?\)/);
});

test('all values come out of the schema exactly', async () => {
  const values = [
    0,
    -0.01,
    20.75,
    22.24,
    1e-9,
    0.1 + 0.2,
    21.388888888888889,
    9_999_999.99,
    1e7,
    123_456_789,
    3.6e9,
    1e300,
  ];
  values.push(...Array.from({ length: 2000 }, (_, n) => ((n * 7919) % 10_007) / 10 ** (n % 5) - 40));
  values.push(...Array.from({ length: 2000 }, () => (Math.random() - 0.3) * 10 ** Math.floor(Math.random() * 12)));
  const readings = values.map((value, n) =>
    hueReading(`hue:v${n}`, {
      temperature_celsius: value,
      temperature_offset_celsius: value,
      light_lux: value,
      humidity_percent: value,
    }),
  );
  const other = scratch();
  const store = readingsDatabase(other.storage, other.logger);
  // At most 1,000 devices may be new within a day.
  for (let day = 1; day <= 5; day++) {
    const fresh = values.slice(0, 1000 * day).map((_, n) => hueReading(`hue:v${n}`));
    await keep(store, cycleOf(`2026-01-${10 + 2 * day}T00:00:00.000Z`, 'hue', fresh.slice(-1000)));
  }
  await keep(store, cycleOf('2026-02-02T00:00:00.000Z', 'hue', readings));
  await store.close();
  const stored = await query<{ t: number; o: number; l: number; h: number }>(
    other.path('readings.db'),
    `SELECT temperature_celsius AS t, temperature_offset_celsius AS o, light_lux AS l, humidity_percent AS h FROM readings
     WHERE timestamp = '2026-02-02T00:00:00.000Z' ORDER BY CAST(substr(device_id, 6) AS INTEGER)`,
  );
  expect(stored).toEqual(values.map((value) => ({ t: value, o: value, l: value, h: value })));
});

test('the newest reading of each device is the newest by time, not by order of storing', async () => {
  const latest = await asking((database) => latestPerDevice(database));
  expect(latest.map(({ device_id, timestamp }) => [device_id, timestamp])).toEqual([
    ['alexa:0', nthCycle(3).record.started_at],
    ['alexa:1', nthCycle(3).record.started_at],
    ['hue:0', nthCycle(33).record.started_at],
    ['hue:1', nthCycle(33).record.started_at],
  ]);
});

test('a period begins with its first moment and ends before its last', async () => {
  const period = { from: nthCycle(2).record.started_at, to: nthCycle(5).record.started_at };
  const readings = await asking((database) => readingsOfDevice(database, 'hue:1', period));
  expect(readings.map(({ timestamp }) => timestamp)).toEqual([2, 3, 4].map((n) => nthCycle(n).record.started_at));
});

test('hourly means keep to the period and the device', async () => {
  const period = { from: nthCycle(10).record.started_at, to: nthCycle(14).record.started_at };
  const means = await asking((database) => hourlyMeans(database, 'temperature_celsius', period));
  const common = { location: 'Hall', device_id: 'hue:0', readings: 2 };
  expect(means.filter(({ device_id }) => device_id === 'hue:0')).toEqual([
    { ...common, hour: '2026-01-01T00', mean: 20.105, lowest: 20.1, highest: 20.11 },
    { ...common, hour: '2026-01-01T01', mean: 20.125, lowest: 20.12, highest: 20.13 },
  ]);
  expect(await asking((database) => hourlyMeans(database, 'co_ppm', period))).toEqual([]);
});

test('gaps are between good cycles of one collector', async () => {
  const period = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
  const time = (n: number) => nthCycle(n).record.started_at;
  expect(await asking((database) => gaps(database, 450_000, period))).toEqual([
    { collector: 'amazon_aqm', from: time(1), to: time(3) },
    { collector: 'hue', from: time(29), to: time(33) },
  ]);
});
