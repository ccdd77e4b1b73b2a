/** Devices that are no longer listed, and what each device lacks of the cycles that were due. */
import { findGaps } from '../../../lib/report/gaps';
import type { SkipReason } from '../../../lib/reading';
import { Database } from '../../../lib/store/database';
import { readingsDatabase } from '../../../lib/store/readings-database';
import type { CycleRecord } from '../../../lib/store/store';
import { vanishedDevices } from '../../../lib/store/vanished';
import { cycleOf, hueReading } from '../../support/cycles';
import { scratch, type Scratch } from '../../support/storage';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2026, 10, 24);
const HUE = { collector: 'hue', deviceType: 'hue_sensor' };
let here: Scratch;
beforeEach(() => {
  here = scratch();
});

interface Told {
  at: number;
  read?: string[];
  skipped?: Record<string, string>;
  given?: Partial<CycleRecord>;
}

const FAILED: Partial<CycleRecord> = { outcome: 'failed', exit_code: 1, error_type: 'timeout', error: 'no answer' };

async function stored(...cycles: Told[]): Promise<Database> {
  const store = readingsDatabase(here.storage, here.logger);
  await store.storeAll(
    cycles.map(({ at, read = [], skipped = {}, given = {} }) => {
      const readings = read.map((name) => hueReading(`hue:${name}`, { location: `Room ${name}` }));
      const devices_skipped = skipped as Record<string, SkipReason>;
      const devices_seen = read.length + Object.keys(skipped).length;
      return cycleOf(new Date(START + at).toISOString(), 'hue', readings, { devices_skipped, devices_seen, ...given });
    }),
  );
  await store.close();
  return Database.open(here.path('readings.db'), 'read-only');
}

const gone = async (database: Database, nowMs: number) => {
  const found = await vanishedDevices(database, HUE, nowMs);
  await database.close();
  return found.map(({ device_id }) => device_id);
};

test.each<[string, Told[], number, string[]]>([
  [
    'a device that is no longer listed',
    [
      { at: 0, read: ['a', 'b'] },
      { at: MINUTE, read: ['a'] },
    ],
    DAY,
    ['hue:b'],
  ],
  [
    '… with its name, until a week is over',
    [
      { at: 0, read: ['a', 'b'] },
      { at: MINUTE, read: ['a'] },
    ],
    8 * DAY,
    [],
  ],
  [
    'one that is skipped',
    [
      { at: 0, read: ['a', 'b'] },
      { at: MINUTE, read: ['a'], skipped: { 'hue:b': 'off' } },
    ],
    DAY,
    [],
  ],
  [
    'one that was off for ten days before',
    [
      { at: 0, read: ['a', 'b'] },
      { at: 10 * DAY, read: ['a'], skipped: { 'hue:b': 'off' } },
      { at: 11 * DAY, read: ['a'] },
    ],
    12 * DAY,
    ['hue:b'],
  ],
  [
    'a failed cycle tells nothing',
    [
      { at: 0, read: ['a', 'b'] },
      { at: MINUTE, given: FAILED },
    ],
    DAY,
    [],
  ],
  [
    'nor does one in which a bridge did not answer',
    [
      { at: 0, read: ['a', 'b'] },
      { at: MINUTE, read: ['a'], skipped: { 'bridge:attic': 'timeout' } },
    ],
    DAY,
    [],
  ],
])('%s', async (_name, cycles, nowMs, expected) => {
  expect(await gone(await stored(...cycles), START + nowMs)).toEqual(expected);
});

test('the store says what the last complete cycle was told', async () => {
  await (
    await stored(
      { at: 0, read: ['a'], skipped: { 'hue:b': 'off' } },
      { at: MINUTE, given: FAILED },
      { at: 2 * MINUTE, read: ['c'], skipped: { 'bridge:attic': 'timeout' } },
    )
  ).close();
  const store = readingsDatabase(here.storage, here.logger);
  expect(await store.listedBefore('hue', START + DAY)).toEqual(['hue:a', 'hue:b']);
  expect(await store.listedBefore('amazon_aqm', START + DAY)).toEqual([]);
  await store.close();
});

test('gaps count for each device, from the first cycle that lists it', async () => {
  const every = (n: number) => n * 5 * MINUTE;
  const database = await stored(
    { at: every(0), read: ['a', 'b'] },
    { at: every(1), read: ['a'], skipped: { 'hue:b': 'off' } },
    { at: every(2), given: FAILED },
    { at: every(5), read: ['a', 'c'], skipped: { 'hue:b': 'unreachable' } },
    { at: every(6), read: ['a', 'c'], skipped: { 'bridge:attic': 'timeout' } },
    { at: every(7), read: ['a'] },
  );
  const query = { collectors: ['hue'], enabled: [], intervalMs: 5 * MINUTE, fromMs: null, toMs: START + DAY } as const;
  const { devices } = await findGaps(database, { ...query, perDevice: true });
  const within = await findGaps(database, { ...query, fromMs: START + every(5), perDevice: true });
  await database.close();
  const missed = { cycle_failed: 1, no_trace: 2 };
  expect(devices).toEqual([
    { device_id: 'hue:a', location: 'Room a', expected: 8, stored: 5, missing: 3, reasons: missed },
    {
      ...{ device_id: 'hue:b', location: 'Room b', expected: 8, stored: 1, missing: 7 },
      reasons: { off: 1, unreachable: 1, cycle_failed: 2, no_trace: 2, vanished: 1 },
    },
    { device_id: 'hue:c', location: 'Room c', expected: 3, stored: 2, missing: 1, reasons: { vanished: 1 } },
  ]);
  expect(within.devices.map(({ device_id, expected }) => [device_id, expected])).toEqual([
    ['hue:a', 3],
    ['hue:b', 3],
    ['hue:c', 3],
  ]);
});
