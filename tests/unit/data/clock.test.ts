/** `data clock`: which stamps are doubtful, and at which time those cycles really were. */
import { clock } from '../../../lib/data/clock/clock';
import { decideAll, type DoubtfulCycle } from '../../../lib/data/clock/right-time';
import { restore } from '../../../lib/data/restore';
import { latestPerDevice } from '../../../lib/store/queries';
import { Database } from '../../../lib/store/database';
import { MIGRATIONS } from '../../../lib/store/schema';
import type { CycleRecord } from '../../../lib/store/store';
import { cycleOf, hueReading, nthCycle } from '../../support/cycles';
import { dataHome, type DataHome } from '../../support/data';
import { query, readBack } from '../../support/storage';
import { failureOf } from '../../support/thrown';

const NOW = Date.parse('2026-12-10T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();

const RIGHT: DoubtfulCycle = {
  id: 5,
  collector: 'hue',
  startedMs: NOW - 5 * HOUR,
  why: 'doubtful',
  offsetMs: null,
  measuredAfterMs: null,
  beforeMs: NOW - 5 * HOUR - 5 * MINUTE,
  afterMs: NOW - 5 * HOUR + 5 * MINUTE,
};
const BEHIND = RIGHT.startedMs - 40 * 24 * HOUR;
const IN_2069 = Date.UTC(2069, 0, 1);

it.each<[string, Partial<DoubtfulCycle>, number | null, string]>([
  ['the device was right', { startedMs: BEHIND, offsetMs: 40 * 24 * HOUR }, RIGHT.startedMs, "by the device's clock"],
  ['the device was wrong, and we were right', { offsetMs: -9 * 24 * HOUR }, RIGHT.startedMs, 'its stamp is right'],
  ['both were wrong', { startedMs: BEHIND, offsetMs: HOUR }, null, 'nothing tells its time'],
  [
    'no Date, but sensors that tell the time',
    { startedMs: BEHIND, measuredAfterMs: 40 * 24 * HOUR - MINUTE },
    RIGHT.startedMs - MINUTE,
    'by the times of its sensors',
  ],
  [
    'in the future, the device was right',
    { why: 'in the future', startedMs: IN_2069, offsetMs: RIGHT.startedMs - IN_2069 },
    RIGHT.startedMs,
    "by the device's clock",
  ],
  [
    'in the future, and the device as well',
    { why: 'in the future', startedMs: IN_2069, offsetMs: 0 },
    null,
    'nothing tells its time',
  ],
  ['from 1970, with nothing else', { why: 'before 2015', startedMs: 1000 }, null, 'nothing tells its time'],
  [
    'after the cycle that was stored next',
    { startedMs: BEHIND, offsetMs: 41 * 24 * HOUR },
    null,
    'nothing tells its time',
  ],
  [
    'both possible, and ours is next to the other cycles',
    { offsetMs: -HOUR, beforeMs: RIGHT.startedMs - 3 * HOUR },
    RIGHT.startedMs,
    'its stamp is right',
  ],
  [
    'both possible, and none is next to another cycle',
    { offsetMs: -HOUR, beforeMs: RIGHT.startedMs - 30 * HOUR, afterMs: RIGHT.startedMs + 30 * HOUR },
    null,
    'two times are possible',
  ],
  [
    'merged from another database, whose order is its own',
    { startedMs: BEHIND, offsetMs: 40 * 24 * HOUR, beforeMs: NOW },
    RIGHT.startedMs,
    "by the device's clock",
  ],
])('%s', (_, given, rightMs, because) => {
  expect(decideAll([{ ...RIGHT, ...given }], NOW)).toMatchObject([{ rightMs, because }]);
});

it('the sensor that had just measured tells the time of all cycles of one run', () => {
  const run = [4, 1, 3].map((minutes, n) => ({
    ...RIGHT,
    ...{ id: 5 + n, startedMs: 1000 + n * 5 * MINUTE, why: 'before 2015' as const, beforeMs: null, afterMs: null },
    measuredAfterMs: NOW - 9 * HOUR - minutes * MINUTE,
  }));
  expect(decideAll(run, NOW).map(({ rightMs }) => rightMs)).toEqual(
    [0, 1, 2].map((n) => 1000 + n * 5 * MINUTE + NOW - 9 * HOUR - MINUTE),
  );
});

const cycle = (startedMs: number, measuredMs: number | null, given: Partial<CycleRecord> = {}) =>
  cycleOf(
    iso(startedMs),
    'hue',
    [hueReading('hue:0', { measured_at: measuredMs === null ? null : iso(measuredMs), temperature_celsius: 20 })],
    { clock: 'ok', clock_offset_seconds: 0, ...given },
  );

/** A clock that was 40 days behind for two cycles, one cycle in 2069, one from 1970 without any other time. */
async function wrongClocks(): Promise<DataHome> {
  const first = NOW - 10 * HOUR;
  return await dataHome([
    cycle(first, first - 1000),
    cycle(first + 5 * MINUTE - 40 * 24 * HOUR, first + 4 * MINUTE, {
      clock: 'doubtful',
      clock_offset_seconds: 40 * 86_400,
    }),
    cycle(first + 10 * MINUTE - 40 * 24 * HOUR, first + 9 * MINUTE, { clock: null, clock_offset_seconds: null }),
    cycle(IN_2069, first + 14 * MINUTE, { clock: null, clock_offset_seconds: null }),
    cycle(2000, null, { clock: null, clock_offset_seconds: null }),
    cycle(first + 20 * MINUTE, first + 19 * MINUTE),
  ]);
}

it('lists them, and moves them to their time after a backup', async () => {
  const home = await wrongClocks();
  const before = await readBack(home.database);
  const list = await clock(false, home.context, NOW);
  expect(list).toMatchObject({ exitCode: 0, details: { doubtful: 5 - 1, unknown: 1, repaired: 0 } });
  expect(list.lines.join('\n')).toContain('4 cycles with a doubtful stamp, of which the right time of 3 is known:');
  expect(list.lines).toContain('To move them there: data clock --repair');
  expect(await readBack(home.database)).toEqual(before);
  expect(await clock(true, { ...home.context, dryRun: true }, NOW)).toMatchObject({
    exitCode: 3,
    details: { repaired: 0 },
  });
  expect(await readBack(home.database)).toEqual(before);

  const { exitCode, details, lines } = await clock(true, home.context, NOW);
  expect(exitCode).toBe(3);
  expect(lines.join('\n')).toContain('Of 1 cycle nobody knows the time: unchanged.');
  const first = NOW - 10 * HOUR;
  expect(await query(home.database, 'SELECT started_at, clock FROM cycles ORDER BY 1')).toEqual([
    { started_at: iso(2000), clock: null },
    { started_at: iso(first), clock: 'ok' },
    { started_at: iso(first + 5 * MINUTE), clock: 'corrected' },
    { started_at: iso(first + 9 * MINUTE), clock: 'corrected' },
    { started_at: iso(first + 14 * MINUTE), clock: 'corrected' },
    { started_at: iso(first + 20 * MINUTE), clock: 'ok' },
  ]);
  // What the sensors said of their own time has not changed.
  const times = (cycles: typeof before) => cycles.map(({ readings }) => readings[0]?.measured_at).sort();
  expect(times(await readBack(home.database))).toEqual(times(before));
  const reader = await Database.open(home.database, 'read-only');
  expect(await latestPerDevice(reader, NOW)).toMatchObject([{ timestamp: iso(first + 20 * MINUTE) }]);
  await reader.close();
  expect((await clock(false, home.context, NOW)).details).toMatchObject({ doubtful: 1 });
  await restore(details['backup'] as string, home.context);
  expect(await readBack(home.database)).toEqual(before);
});

it('two cycles of one collector never get one time', async () => {
  const right = NOW - 10 * HOUR;
  const home = await dataHome([
    cycle(right, right),
    cycle(IN_2069, right, { clock: null, clock_offset_seconds: null }),
    cycle(right + HOUR, right),
  ]);
  expect((await clock(true, home.context, NOW)).exitCode).toBe(0);
  expect(await query(home.database, 'SELECT started_at FROM cycles ORDER BY 1')).toEqual(
    [right, right + 1, right + HOUR].map((ms) => ({ started_at: iso(ms) })),
  );
});

it('has nothing to say of right stamps, and reads a database of version 1 without changing it', async () => {
  expect((await clock(false, (await dataHome([nthCycle(0), nthCycle(1)])).context, NOW)).lines).toEqual([
    'The stamps of all cycles can be believed.',
  ]);
  const older = await dataHome();
  const database = await Database.open(older.database, 'create');
  await database.exec(`${MIGRATIONS[0] ?? ''}; PRAGMA user_version = 1; INSERT INTO word VALUES (1, 'hue'), (2, 'ok');
    INSERT INTO cycle (id, started_ms, collector, outcome, exit_code, duration_ms, readings_stored, readings_spooled,
      devices_seen, requests, payload_bytes, retries, lock_wait_ms) VALUES (1, ${String(IN_2069)}, 1, 2, 0, 1, 1, 0, 1, 1, 1, 0, 0)`);
  await database.close();
  expect((await clock(false, older.context, NOW)).details).toMatchObject({ doubtful: 1, unknown: 1 });
  expect(await query(older.database, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(await failureOf(clock(false, (await dataHome()).context, NOW))).toMatchObject({ type: 'refused' });
});
