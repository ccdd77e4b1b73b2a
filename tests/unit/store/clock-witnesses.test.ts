/** What a cycle in which two clocks differ learns of earlier ones, and how it says so. */
import { cycleClock } from '../../../lib/cli/cycle-clock';
import { earlierCycles } from '../../../lib/store/clock-witnesses';
import { readingsDatabase } from '../../../lib/store/readings-database';
import type { CycleRecord } from '../../../lib/store/store';
import { PROGRAM_WRITTEN_MS } from '../../../lib/witnesses';
import { cycleOf, hueReading } from '../../support/cycles';
import { scratch, type Scratch } from '../../support/storage';

const HOUR = 3_600_000;
const NOW = PROGRAM_WRITTEN_MS + 100 * 24 * HOUR;
let here: Scratch;
beforeEach(() => {
  here = scratch();
});

/** In the order of storing. */
async function stored(...cycles: [ms: number, given: Partial<CycleRecord>][]): Promise<void> {
  const store = readingsDatabase(here.storage, here.logger);
  await store.storeAll(
    cycles.map(([ms, given]) => cycleOf(new Date(ms).toISOString(), given.collector ?? 'hue', [], given)),
  );
  await store.close();
}

const asked = (oursMs = NOW, latestMs = NOW) => earlierCycles(here.storage, { oursMs, latestMs });
const CLOUD = { collector: 'amazon_aqm' } as const;

test('no database: nothing is known', async () => {
  expect(await asked()).toEqual({ newestMs: null, cloudDifferenceMs: null });
});

test.each<[string, [ms: number, given: Partial<CycleRecord>][], number | null]>([
  [
    'the newest by time',
    [
      [NOW - HOUR, {}],
      [NOW - 2 * HOUR, {}],
    ],
    NOW - HOUR,
  ],
  ['a failed one, too', [[NOW - HOUR, { outcome: 'failed', exit_code: 1 }]], NOW - HOUR],
  [
    'not one after both clocks',
    [
      [NOW + HOUR, {}],
      [NOW - HOUR, {}],
    ],
    NOW - HOUR,
  ],
  [
    'not a doubtful one',
    [
      [NOW - HOUR, { clock: 'doubtful' }],
      [NOW - 2 * HOUR, { clock: 'corrected' }],
    ],
    NOW - 2 * HOUR,
  ],
  ['not one that heard no second clock', [[NOW - HOUR, { clock_offset_seconds: null }]], null],
  ['not one of version 1', [[NOW - HOUR, { clock: null, clock_offset_seconds: null }]], null],
])('the newest cycle: %s', async (_name, cycles, newestMs) => {
  await stored(...cycles);
  expect(await asked()).toMatchObject({ newestMs });
});

test.each<[string, number, Partial<CycleRecord>, number | null]>([
  ['agreed', NOW - HOUR / 2, { ...CLOUD, clock_offset_seconds: 1 }, 1000],
  [
    'corrected us',
    NOW - HOUR / 2 + 9 * HOUR,
    { ...CLOUD, clock: 'corrected', clock_offset_seconds: 9 * 3600 },
    9 * HOUR,
  ],
  ['was not believed', NOW - HOUR / 2, { ...CLOUD, clock_offset_seconds: -9 * 3600 }, null],
  ['was asked too long ago', NOW - 2 * HOUR, CLOUD, null],
  ['was asked before our clock was set back', NOW + HOUR, CLOUD, null],
  ['is a bridge', NOW - HOUR / 2, {}, null],
])('a cloud that %s', async (_name, ms, given, cloudDifferenceMs) => {
  await stored([ms, given]);
  expect(await asked()).toMatchObject({ cloudDifferenceMs });
});

test.each<[string, { differenceMs: number | null; proved?: boolean; measured?: number }, string, RegExp]>([
  [
    'a proved device that differs',
    { differenceMs: 2 * HOUR, proved: true },
    'clock_corrected',
    /clock is 2 h behind the time of Hue Bridge.*the cycle is stamped \d{4}/,
  ],
  [
    'one that is not proved',
    { differenceMs: 2 * HOUR },
    'clock_doubtful',
    /clock of Hue Bridge is 2 h ahead of this machine's.*no old reading is forgotten/,
  ],
  [
    'one that sends no Date, with sensors that are ahead',
    { differenceMs: null, measured: NOW + 2 * HOUR },
    'clock_doubtful',
    /is 2 h ahead/,
  ],
  ['one that is in 1970', { differenceMs: -NOW }, 'device_clock_wrong', /clock of Hue Bridge is \d+ days behind/],
])('%s is told in the log', async (_name, { differenceMs, proved = false, measured }, event, says) => {
  const context = {
    row: { title: 'Hue Bridge' },
    config: { collection: { interval_minutes: 5, deadline_seconds: 120, max_devices: 500 }, storage: here.storage },
    traffic: { clockDifferenceMs: differenceMs, clockProved: proved },
    logger: here.logger,
    startedAt: new Date(NOW),
  };
  const measuredAt = measured === undefined ? null : new Date(measured).toISOString();
  const { device_id: deviceId } = hueReading('hue:1');
  await cycleClock(context, [{ deviceId, name: 'Hall', aliases: [], measuredAt, values: {} }]);
  expect(here.events).toMatchObject([{ event }]);
  expect(here.events[0]?.message).toMatch(says);
});
