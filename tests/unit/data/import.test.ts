/** `data import` and `data merge` of the Python project: readings without cycles. */
import { readFileSync, writeFileSync } from 'node:fs';
import { importCsv } from '../../../lib/data/import-csv';
import { mergeFile } from '../../../lib/data/merge';
import { timeOf } from '../../../lib/data/times';
import { QUANTITY_NAMES } from '../../../lib/quantities';
import { findGaps } from '../../../lib/report/gaps';
import { columnsOf, csvLine, rowOf } from '../../../lib/report/formats/lines';
import { quantitiesIn, type Units } from '../../../lib/report/quantities';
import { Database } from '../../../lib/store/database';
import { latestPerDevice, type StoredReading } from '../../../lib/store/queries';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { dataHome, type DataHome } from '../../support/data';
import { query } from '../../support/storage';
import { failureOf } from '../../support/thrown';

const VALUES = Object.fromEntries(QUANTITY_NAMES.map((name, n) => [name, n + 0.25]));
const odd = (n: number) =>
  cycleOf(nthCycle(n).record.started_at, 'hue', [
    hueReading('hue:0', { ...VALUES, location: 'Küche "Süd",\noben', is_anomalous: true, measured_at: null }),
    hueReading('hue:1', { temperature_celsius: -3.57, temperature_offset_celsius: -0.35 }),
  ]);

const readingsIn = (path: string) => query<StoredReading>(path, 'SELECT * FROM readings ORDER BY timestamp, device_id');

async function csvOf(home: DataHome, units: Units): Promise<string> {
  const quantities = quantitiesIn(units);
  const columns = columnsOf(quantities);
  const rows = (await readingsIn(home.database)).map((reading) => rowOf(reading, quantities));
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? null))]
    .map((cells) => csvLine(cells))
    .join('');
}

describe('import', () => {
  it.each<Units>(['metric', 'us'])(
    'stores what report wrote (%s), exactly once, without making up cycles',
    async (units) => {
      const from = await dataHome(Array.from({ length: 30 }, (_, n) => odd(n)));
      const own = await dataHome([nthCycle(29)]);
      const before = await query(own.database, 'SELECT * FROM readings');
      const file = own.path('export.csv');
      writeFileSync(file, `\uFEFF${await csvOf(from, units)}`.replaceAll(/([^,])\n(?=20|$)/g, '$1\r\n'));
      const dry = await importCsv(file, { ...own.context, dryRun: true });
      expect(await importCsv(file, own.context)).toMatchObject({
        exitCode: 0,
        details: { readings_stored: 58, readings_known: 2, lines_unreadable: 0 },
      });
      expect(dry.details).toMatchObject({ readings_stored: 58, readings_known: 2 });
      const stored = await readingsIn(own.database);
      expect(stored.slice(0, 58)).toEqual((await readingsIn(from.database)).slice(0, 58));
      expect(stored.slice(58)).toEqual(before); // what was there stays as it was
      expect(await own.cycles()).toBe(1);
      expect((await importCsv(file, own.context)).details).toMatchObject({ readings_stored: 0, readings_known: 60 });
      // A merge of the database that has these cycles gives them their rows.
      expect((await mergeFile(from.database, own.context)).details).toMatchObject({
        readings_stored: 0,
        cycles_stored: 29,
      });
      expect(await own.cycles()).toBe(30);
    },
  );

  it('names the lines that are wrong, stores the others, and ends with exit 3', async () => {
    const own = await dataHome();
    const file = own.path('export.csv');
    const header = 'timestamp,device_id,device_type,location,temperature_celsius,humidity_percent,is_anomalous';
    const good = '2026-01-01T00:00:00.000Z,hue:0,hue_sensor,"Hall\nsouth",20.5,,false';
    const bad = [
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,Hall,20.5', 'it has 5 cells, expected 7'],
      [
        '2026-02-30T00:05:00.000Z,hue:0,hue_sensor,Hall,20.5,,',
        'timestamp is "2026-02-30T00:05:00.000Z", expected a time',
      ],
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,Hall,warm,,', 'temperature_celsius is "warm", expected a number'],
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,Hall,20.5,140,', 'humidity_percent is 140, which no room has'],
      ['2026-01-01T00:05:00.000Z,hue:0,toaster,Hall,20.5,,', 'device_type "toaster" is unknown'],
      ['2026-01-01T00:05:00.000Z,,hue_sensor,Hall,20.5,,', 'device_id is empty'],
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,Hall,,,', 'it has no value'],
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,Hall,20.5,,maybe', 'is_anomalous is "maybe"'],
      ['2026-01-01T00:05:00.000Z,hue:0,hue_sensor,"Hall,20.5,,', 'a quote is not closed'],
    ] as const;
    writeFileSync(file, [header, good, ...bad.map(([line]) => line)].join('\n'));
    const { exitCode, lines, details } = await importCsv(file, own.context);
    expect(exitCode).toBe(3);
    expect(details).toMatchObject({ readings_stored: 1, lines_unreadable: 9 });
    expect(lines.slice(2, -1)).toEqual(
      bad
        .slice(0, 8)
        .map(([, message], n) => expect.stringContaining(`${file}:${String(4 + n)}: ${message}`) as string),
    );
    expect(lines.at(-1)).toBe('and 1 more');
    expect(await own.readings()).toBe(1);
  });

  it.each([
    ['', 'it is empty'],
    ['timestamp,device_id,location\n', 'there is no column device_type'],
    ['timestamp,device_id,device_type,location,temprature_celsius\n', '(temperature_celsius?)'],
  ])('refuses a file that begins with %j', async (text, message) => {
    const own = await dataHome();
    writeFileSync(own.path('other.csv'), text);
    const failure = await failureOf(importCsv(own.path('other.csv'), own.context));
    expect(failure).toMatchObject({ type: 'refused', message: expect.stringContaining(message) as string });
  });
});

const PYTHON_TABLE = `CREATE TABLE readings (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME NOT NULL,
  device_id TEXT NOT NULL, temperature_celsius REAL NOT NULL, location TEXT NOT NULL, name TEXT,
  device_type TEXT CHECK (device_type IN ('hue_sensor', 'nest_thermostat', 'weather_api', 'alexa_aqm', 'amazon_aqm')),
  is_anomalous BOOLEAN DEFAULT 0, humidity_percent REAL, pm25_ugm3 REAL, voc_ppb REAL, co_ppm REAL, co2_ppm REAL,
  iaq_score REAL, battery_level INTEGER, signal_strength INTEGER, thermostat_mode TEXT, thermostat_state TEXT,
  day_night TEXT, weather_conditions TEXT, raw_response TEXT, created_at DATETIME, UNIQUE (device_id, timestamp))`;

it('merge stores what the Python project has measured: exit 3 for what this program does not know', async () => {
  const own = await dataHome([nthCycle(50)]);
  const path = own.path('python.db');
  const database = await Database.open(path, 'create');
  await database.exec(`${PYTHON_TABLE};
    INSERT INTO readings (timestamp, device_id, temperature_celsius, location, name, device_type, is_anomalous, humidity_percent,
      pm25_ugm3, voc_ppb, co_ppm, co2_ppm, iaq_score, battery_level) VALUES
      ('2025-06-01T10:00:00.123456+00:00', 'hue:00:17:88', 21.5, 'Hall', 'x', 'hue_sensor', 1, NULL, NULL, NULL, NULL, NULL, NULL, 87),
      ('2025-06-01T12:00:00+02:00', '00:17:99', 20, '', 'Attic', 'hue_sensor', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      ('2025-06-01 10:05:00', 'GAJ1', 22.25, 'Office', NULL, 'amazon_aqm', 0, 45, 3, 12, 0, 600, 88, NULL),
      ('2025-06-01 10:05:00', 'nest', 22, 'Office', NULL, 'nest_thermostat', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      ('yesterday', 'hue:1', 22, 'Office', NULL, 'hue_sensor', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      ('2025-06-01T10:00:00', 'hue:2', -300, 'Office', NULL, 'hue_sensor', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`);
  await database.close();
  expect(await mergeFile(path, own.context)).toMatchObject({
    exitCode: 3,
    details: { readings_stored: 3, readings_known: 0, readings_skipped: { other_devices: 1, unreadable: 2 } },
  });
  expect((await mergeFile(path, own.context)).details).toMatchObject({ readings_stored: 0, readings_known: 3 });
  const stored = (await readingsIn(own.database)).slice(0, 3);
  expect(stored).toMatchObject([
    { timestamp: '2025-06-01T10:00:00.000Z', device_id: 'hue:00:17:99', location: 'Attic', temperature_celsius: 20 },
    {
      ...{
        timestamp: '2025-06-01T10:00:00.123Z',
        device_id: 'hue:00:17:88',
        device_type: 'hue_sensor',
        location: 'Hall',
      },
      ...{ temperature_celsius: 21.5, battery_percent: 87, is_anomalous: 1, measured_at: null },
    },
    {
      ...{
        timestamp: '2025-06-01T10:05:00.000Z',
        device_id: 'alexa:GAJ1',
        device_type: 'alexa_aqm',
        humidity_percent: 45,
      },
      ...{ pm25_ugm3: 3, voc_index: 12, co_ppm: 0, iaq_score: 88, light_lux: null },
    },
  ]);
  // Gaps begin with the first cycle of our own, and the newest reading of each device is known.
  expect(await own.cycles()).toBe(1);
  const reader = await Database.open(own.database, 'read-only');
  const toMs = Date.parse(nthCycle(52).record.started_at);
  const { days } = await findGaps(reader, {
    collectors: ['hue'],
    enabled: ['hue'],
    intervalMs: 300_000,
    fromMs: null,
    toMs,
  });
  expect(days.reduce((sum, { expected }) => sum + expected, 0)).toBeLessThan(3);
  expect((await latestPerDevice(reader)).map(({ device_id }) => device_id)).toContain('alexa:GAJ1');
  await reader.close();
});

it('merge leaves out what lies on a damaged page of the Python project’s database', async () => {
  const own = await dataHome();
  const path = own.path('python.db');
  const database = await Database.open(path, 'create');
  await database.exec(`${PYTHON_TABLE};
    INSERT INTO readings (timestamp, device_id, temperature_celsius, location, device_type)
    SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', 1750000000 + 300 * value, 'unixepoch'), 'hue:1', 20, 'Hall', 'hue_sensor'
    FROM (WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 2500) SELECT value FROM n)`);
  const leaves = await database.all<{ pageno: number; ncell: number }>(
    "SELECT pageno, ncell FROM dbstat WHERE name = 'readings' AND pagetype = 'leaf' ORDER BY path",
  );
  await database.close();
  const bytes = readFileSync(path);
  const damaged = [leaves[0], leaves[20], leaves[21]];
  for (const leaf of damaged) bytes.fill(0x5a, ((leaf?.pageno ?? 0) - 1) * 4096, (leaf?.pageno ?? 0) * 4096);
  writeFileSync(path, bytes);
  const lost = damaged.reduce((sum, leaf) => sum + (leaf?.ncell ?? 0), 0);
  expect(await mergeFile(path, own.context)).toMatchObject({
    exitCode: 3,
    details: { readings_stored: 2500 - lost, readings_skipped: { other_devices: 0, unreadable: lost } },
  });
  expect(await own.readings()).toBe(2500 - lost);
});

it.each([
  ['2026-01-02T03:04:05.678901+00:00', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02 03:04:05', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02T03:04+0530', '2026-01-01T21:34:00.000Z'],
  ['2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.100Z'],
  ['2026-02-29T00:00:00Z', null],
  ['2026-01-02', null],
  ['1767322800', null],
])('the time %j is %j', (text, time) => {
  expect(timeOf(text)).toBe(time);
});
