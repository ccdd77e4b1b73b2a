import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { MonitorError } from '../../../lib/errors';
import { createMemoryStore } from '../../../lib/store/memory-store';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { replaySpool, spoolCycle, spooledFiles } from '../../../lib/store/spool';
import type { Cycle, Store } from '../../../lib/store/store';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { query, readBack, scratch, type Scratch } from '../../support/storage';

let here: Scratch;
beforeEach(() => {
  here = scratch();
});

const spool = (cycle: Cycle) => spoolCycle(here.storage, here.logger, cycle);
const replay = (store: Store) => replaySpool(here.storage, here.logger, store);
const names = (folder: string) => (existsSync(here.path(folder)) ? readdirSync(here.path(folder)) : []);

/** A cycle as it is when the database could not take it. */
function failed(n: number): Cycle {
  const cycle = nthCycle(n);
  Object.assign(cycle.record, { outcome: 'failed', exit_code: 1, error_type: 'database_locked', error: 'locked' });
  return cycle;
}

async function replayIntoDatabase(): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  await replay(store);
  await store.close();
}

test('a spooled cycle is one private file, and comes back exactly with its own row', async () => {
  const readings = [
    hueReading('hue:a', { temperature_celsius: 21.388888888888889, light_lux: 15.848931924611133 }),
    hueReading('hue:b', { measured_at: null, location: 'Küche "oben"', is_anomalous: true }),
  ];
  const cycle = cycleOf('2026-01-02T03:04:05.678Z', 'hue', readings, {
    ...failed(1).record,
    started_at: '2026-01-02T03:04:05.678Z',
    devices_skipped: { 'hue:c': 'off' },
  });
  spool(cycle);
  expect(names('spool')).toEqual(['20260102T030405678Z-hue.json']);
  expect(statSync(here.path('spool')).mode & 0o777).toBe(0o700);
  expect(statSync(here.path('spool/20260102T030405678Z-hue.json')).mode & 0o777).toBe(0o600);
  expect(here.named('spooled')).toMatchObject([{ level: 'warning', fields: { readings: 2 } }]);

  await replayIntoDatabase();
  expect(names('spool')).toEqual([]);
  expect(await readBack(here.path('readings.db'))).toEqual([{ record: cycle.record, readings }]);
  expect(await query(here.path('readings.db'), 'SELECT readings_stored, readings_spooled FROM cycles')).toEqual([
    { readings_stored: 0, readings_spooled: 2 },
  ]);
  expect(here.named('spool_replayed')).toMatchObject([{ level: 'info', fields: { cycles: 1, readings: 2 } }]);
});

test('a failed cycle without readings waits, too', async () => {
  spool(cycleOf('2026-01-02T03:04:05.678Z', 'hue', [], { outcome: 'failed', exit_code: 1, error_type: 'timeout' }));
  await replayIntoDatabase();
  expect(await readBack(here.path('readings.db'))).toHaveLength(1);
});

test('what waits is stored in the order of time, many cycles in one transaction', async () => {
  for (const n of [3, 1, 250, 2, ...Array.from({ length: 200 }, (_, k) => k + 4)]) spool(failed(n));
  const memory = createMemoryStore();
  let transactions = 0;
  await replay({
    ...memory,
    storeAll: (cycles) => {
      transactions++;
      return memory.storeAll(cycles);
    },
  });
  const starts = memory.cycles.map(({ record }) => record.started_at);
  expect(starts).toEqual([...starts].sort());
  expect(starts).toHaveLength(204);
  expect(transactions).toBe(2);
});

test('stored but not yet removed when it was killed: stored once nevertheless', async () => {
  spool(failed(1));
  const file = spooledFiles(here.storage)[0] ?? '';
  const content = readFileSync(file);
  await replayIntoDatabase();
  writeFileSync(file, content);
  await replayIntoDatabase();
  expect(await readBack(here.path('readings.db'))).toHaveLength(1);
  expect(names('spool')).toEqual([]);
});

test('a failing store leaves everything waiting', async () => {
  spool(failed(1));
  spool(failed(2));
  const locked = new MonitorError('locked', { type: 'database_locked' });
  await expect(replay({ ...createMemoryStore(), storeAll: () => Promise.reject(locked) })).rejects.toBe(locked);
  expect(names('spool')).toHaveLength(2);
});

const DAMAGED: [string, string][] = [
  ['empty', ''],
  ['cut', '{"spool_version":1,"record":{"started_at":"2026-01-0'],
  ['not JSON', '\u0000\u0001garbage'],
  ['a list', '[]'],
  ['of a future version', '{"spool_version":2}'],
  ['without readings', JSON.stringify({ spool_version: 1, record: nthCycle(1).record })],
  ['with a row that lacks a field', JSON.stringify({ spool_version: 1, record: {}, readings: [] })],
  [
    'with a time that is not valid',
    JSON.stringify({ spool_version: 1, record: { ...nthCycle(1).record, started_at: 'yesterday' }, readings: [] }),
  ],
];

test.each(DAMAGED)('a damaged file (%s) is kept aside, the others are stored', async (_, content) => {
  spool(failed(1));
  spool(failed(3));
  writeFileSync(here.path('spool/20260101T000001000Z-hue.json'), content);
  await replayIntoDatabase();
  expect(names('spool')).toEqual([]);
  expect(names('spool-damaged')).toEqual([expect.stringMatching(/^\d+-20260101T000001000Z-hue\.json$/)]);
  expect(readFileSync(here.path(`spool-damaged/${names('spool-damaged')[0]}`), 'utf8')).toBe(content);
  expect(here.named('spool_damaged')).toMatchObject([{ level: 'error' }]);
  expect(await readBack(here.path('readings.db'))).toHaveLength(2);
});

test('of a file with readings that are not valid the others are stored, once, and the file is kept aside', async () => {
  const good = [hueReading('hue:a'), hueReading('hue:d')];
  const bad = [{ ...hueReading('hue:b'), temperature_celsius: '20' }, null, ['hue:c'], { __proto__: null }];
  const readings = [good[0], ...bad, good[1]];
  const content = JSON.stringify({ spool_version: 1, record: failed(1).record, readings });
  mkdirSync(here.path('spool'));
  writeFileSync(here.path('spool/20260101T000001000Z-hue.json'), content);
  await replayIntoDatabase();
  writeFileSync(here.path('spool/20260101T000001000Z-hue.json'), content); // as if it was killed before the move
  await replayIntoDatabase();
  const stored = await readBack(here.path('readings.db'));
  expect(stored.map((cycle) => cycle.readings.map(({ device_id }) => device_id))).toEqual([['hue:a', 'hue:d']]);
  expect(names('spool')).toEqual([]);
  expect(readFileSync(here.path(`spool-damaged/${names('spool-damaged')[0]}`), 'utf8')).toBe(content);
  expect(here.named('spool_damaged')[0]?.message).toMatch(/no valid temperature_celsius; a reading is not an object/);
});

test('a cycle of which one reading would get no row is kept aside whole, the others are stored', async () => {
  for (const n of [1, 3]) spool(failed(n));
  const { record } = failed(2);
  spool({ record, readings: [hueReading('hue:a'), hueReading('hue:b'), hueReading('hue:a')] });
  await replayIntoDatabase();
  expect(names('spool')).toEqual([]);
  expect(names('spool-damaged')).toHaveLength(1);
  expect(here.named('spool_damaged')).toMatchObject([{ level: 'error' }]);
  expect(here.named('spool_damaged')[0]?.message).toContain('only 2 of the 3 readings of the cycle');
  expect(await readBack(here.path('readings.db'))).toHaveLength(2);
});

test('a file of an older version, with half a surrogate pair and without the newest fields, is stored', async () => {
  const unknown = { clock: undefined, interval_minutes: undefined, clock_offset_seconds: undefined };
  const record = { ...failed(1).record, ...unknown } as unknown as Cycle['record'];
  spool({ record, readings: [hueReading('hue:a\ud83c', { location: 'Hall \ud83c' }), hueReading('hue:b')] });
  await replayIntoDatabase();
  expect(names('spool-damaged')).toEqual([]);
  expect(await query(here.path('readings.db'), 'SELECT device_id, location FROM readings ORDER BY device_id')).toEqual([
    { device_id: 'hue:a\ufffd', location: 'Hall \ufffd' },
    { device_id: 'hue:b', location: 'Hall' },
  ]);
  const [row] = await query(
    here.path('readings.db'),
    'SELECT clock, clock_offset_seconds, interval_minutes FROM cycles',
  );
  expect(row).toEqual({ clock: null, clock_offset_seconds: null, interval_minutes: null });
});

test('a well-formed file that no database takes does not keep the others waiting', async () => {
  for (const n of [1, 2, 3]) spool(failed(n));
  const memory = createMemoryStore();
  const poison = nthCycle(2).record.started_at;
  await replay({
    ...memory,
    storeAll: (cycles) =>
      cycles.some(({ record }) => record.started_at === poison)
        ? Promise.reject(new Error('constraint failed'))
        : memory.storeAll(cycles),
  });
  expect(memory.cycles).toHaveLength(2);
  expect(names('spool-damaged')).toHaveLength(1);
});

test('at spool_max_mb nothing more is spooled, and that is critical', () => {
  here.storage.spool_max_mb = 0.0015;
  spool(failed(1));
  expect(() => spool(failed(2))).toThrow(/is full \(storage\.spool_max_mb: 0\.0015\)$/);
  expect(here.named('spool_full')).toMatchObject([{ level: 'critical', fields: { readings: 2 } }]);
  expect(names('spool')).toHaveLength(1);
});

test('half-written and foreign files are not cycles', async () => {
  mkdirSync(here.path('spool'));
  writeFileSync(here.path('spool/.20260101T000001000Z-hue.json.temporary-1-x'), '{');
  writeFileSync(here.path('spool/README'), 'mine');
  await replayIntoDatabase();
  expect(names('spool')).toHaveLength(2);
  expect(names('spool-damaged')).toEqual([]);
});

test('what a killed process left half-written is removed when it is old enough', async () => {
  mkdirSync(here.path('spool'));
  for (const name of ['.a.json.temporary-1-x', '.b.json.temporary-1-y']) writeFileSync(here.path(`spool/${name}`), '{');
  writeFileSync(here.path('.amazon-session.json.temporary-1-x'), '{');
  for (const name of ['spool/.a.json.temporary-1-x', '.amazon-session.json.temporary-1-x']) {
    utimesSync(here.path(name), 0, 0);
  }
  await replayIntoDatabase();
  expect(names('spool')).toEqual(['.b.json.temporary-1-y']);
  expect(names('.').filter((name) => name.includes('temporary'))).toEqual([]);
});
