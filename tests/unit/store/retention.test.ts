import { Database } from '../../../lib/store/database';
import { forgetOld } from '../../../lib/store/retention';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { query, scratch, type Scratch } from '../../support/storage';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;
const noPause = () => Promise.resolve();

let place: Scratch;

/** 3 days of a cycle every 5 minutes. */
async function threeDays(retention_days: number): Promise<string> {
  place = scratch({ retention_days });
  const database = readingsDatabase(place.storage, place.logger);
  await database.storeAll(Array.from({ length: 3 * 288 }, (_, n) => nthCycle(n)));
  await database.close();
  return place.path('readings.db');
}

const rows = async (path: string): Promise<unknown> =>
  (
    await query(
      path,
      `SELECT (SELECT count(*) FROM cycles) AS cycles, (SELECT count(*) FROM readings) AS readings,
         (SELECT min(started_at) FROM cycles) AS first, (SELECT count(*) FROM device) AS devices`,
    )
  )[0];

test('what is older is removed, cycles and readings; what is younger stays', async () => {
  const path = await threeDays(1);
  const forgotten = await forgetOld(place.storage, place.logger, {
    signal,
    nowMs: START + 3 * DAY,
    sleep: noPause,
  });
  expect(forgotten).toBe(2 * 288);
  expect(await rows(path)).toEqual({
    cycles: 288,
    readings: 2 * 288,
    first: new Date(START + 2 * DAY).toISOString(),
    devices: 2,
  });
  expect(place.named('retention')).toHaveLength(1);
  expect(await forgetOld(place.storage, place.logger, { signal, nowMs: START + 3 * DAY })).toBe(0);
});

test('0 keeps all', async () => {
  const path = await threeDays(0);
  const before = await rows(path);
  expect(await forgetOld(place.storage, place.logger, { signal, nowMs: START + 1000 * DAY })).toBe(0);
  expect(await rows(path)).toEqual(before);
});

test('if no second clock confirms the time, nothing is forgotten', async () => {
  const path = await threeDays(1);
  const before = await rows(path);
  expect(await forgetOld(place.storage, place.logger, { signal, nowMs: null, sleep: noPause })).toBe(0);
  expect(await rows(path)).toEqual(before);
  expect(place.named('retention_skipped')).toHaveLength(1);
});

/** Cycles of one device as a clock stamped them, each with the sensor's own time. */
async function stamped(cycles: [started: number, measured: number | null][]): Promise<string> {
  place = scratch({ retention_days: 14 });
  const database = readingsDatabase(place.storage, place.logger);
  await database.storeAll(
    cycles.map(([started, measured]) => {
      const measured_at = measured === null ? null : new Date(measured).toISOString();
      return cycleOf(new Date(started).toISOString(), 'hue', [hueReading('hue:0', { measured_at })]);
    }),
  );
  await database.close();
  return place.path('readings.db');
}

test('what is stamped long ago but was measured now is kept; a time from the future keeps nothing', async () => {
  const now = START + 100 * DAY;
  const path = await stamped([
    [now - 40 * DAY, now],
    [now - 39 * DAY, now - 14 * DAY],
    [now - 38 * DAY, now - 15 * DAY],
    [now - 37 * DAY, now + 2 * DAY],
    [now - 36 * DAY, null],
    [now - 13 * DAY, now - 40 * DAY],
  ]);
  expect(await forgetOld(place.storage, place.logger, { signal, nowMs: now, sleep: noPause })).toBe(3);
  expect(await query(path, 'SELECT timestamp FROM readings ORDER BY timestamp')).toEqual(
    [40, 39, 13].map((days) => ({ timestamp: new Date(now - days * DAY).toISOString() })),
  );
});

test('a device keeps its name as long as an older cycle of it stays', async () => {
  const now = START + 100 * DAY;
  const path = await stamped([
    [now - 40 * DAY, now],
    [now - 36 * DAY, null],
  ]);
  await forgetOld(place.storage, place.logger, { signal, nowMs: now, sleep: noPause });
  expect(await query(path, 'SELECT timestamp, device_id FROM readings')).toEqual([
    { timestamp: new Date(now - 40 * DAY).toISOString(), device_id: 'hue:0' },
  ]);
  expect(await query(path, 'SELECT started_at FROM device JOIN cycle ON cycle.id = last_cycle')).toHaveLength(1);
});

test('a device of which nothing is left is forgotten, too', async () => {
  const path = await threeDays(1);
  const database = await Database.open(path, 'read-write');
  await database.exec(
    'DELETE FROM reading WHERE device = 2 AND cycle > 100; UPDATE device SET last_cycle = 100 WHERE id = 2',
  );
  await database.close();
  await forgetOld(place.storage, place.logger, {
    signal,
    nowMs: START + 3 * DAY,
    sleep: noPause,
  });
  expect(await query(path, 'SELECT device_id FROM device')).toEqual([{ device_id: 'hue:0' }]);
});

test('another program’s lock is not waited for: the next run goes on', async () => {
  const path = await threeDays(1);
  const writer = await Database.open(path, 'read-write');
  await writer.exec('BEGIN IMMEDIATE');
  expect(await forgetOld(place.storage, place.logger, { signal, nowMs: START + 3 * DAY })).toBe(0);
  await writer.exec('COMMIT');
  await writer.close();
  expect(
    await forgetOld(place.storage, place.logger, {
      signal,
      nowMs: START + 3 * DAY,
      sleep: noPause,
    }),
  ).toBeGreaterThan(0);
});

test('a collector may write between any two steps, and the end of the cycle ends it', async () => {
  const path = await threeDays(1);
  const stop = new AbortController();
  const collector = await Database.open(path, 'read-write');
  collector.setBusyTimeout(0);
  let pauses = 0;
  const forgotten = await forgetOld(place.storage, place.logger, {
    signal: stop.signal,
    nowMs: START + 3 * DAY,
    sleep: async () => {
      pauses++;
      await collector.exec('BEGIN IMMEDIATE; INSERT INTO word (text) VALUES (hex(randomblob(8))); COMMIT');
      if (pauses === 2) stop.abort(new Error('the deadline'));
    },
  });
  await collector.close();
  expect(pauses).toBe(2);
  expect(forgotten).toBeLessThan(2 * 288);
  expect(forgotten).toBeGreaterThan(10);
});
