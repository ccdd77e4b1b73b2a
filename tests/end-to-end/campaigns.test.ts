/** The short forms of the campaigns; the long ones are `npm run campaign crash` and `soak`. */
import { crash } from '../campaigns/collectors/crash';
import { soak } from '../campaigns/collectors/soak';
import { LOG_BOUNDS } from '../campaigns/collectors/soak-home';
import { noBroker } from '../support/broker';

jest.setTimeout(180_000);

it('40 kills of both collectors: every reported reading is stored once, and the next cycles work', async () => {
  const { reported, exits, ...result } = await crash({ kills: 40, seed: Date.now() });
  expect(result).toMatchObject({
    missing: 0,
    twice: 0,
    halved: 0,
    integrity: 'ok',
    failedAfterwards: 0,
    litterAfter: [],
  });
  expect(reported).toBeGreaterThan(0);
  expect(['0', '1', '3']).toEqual(expect.arrayContaining(Object.keys(exits)));
});

const handsOn = noBroker === null;
const note = handsOn ? '' : ` (hands nothing on: ${noBroker})`;

it(`30 cycles of each collector with all disturbances, rules, a dead webhook and a broker that comes and goes: every reading, no gap, no cycle lost to a lock, every event${note}`, async () => {
  const result = await soak({ cycles: 30, seed: 1, scale: 0.2, handsOn });
  expect(result).toMatchObject({
    surprises: [],
    cycles: handsOn ? 62 : 60,
    missing: 0,
    twice: 0,
    halved: 0,
    gaps: [],
    endedLocked: 0,
    integrity: 'ok',
    storedReadings: result.expectedReadings,
    storedAfterLock: result.metLock,
    litter: [],
    handedOn: handsOn ? { wrong: [], waiting: 0, differing: [] } : null,
  });
  if (result.handedOn !== null) {
    expect(result.handedOn.told).toBeGreaterThan(0);
    expect(result.handedOn.refused).toBeGreaterThan(0);
  }
  // Not `neededRetry`: on a busy machine a cycle may begin when most of the long lock has passed.
  for (const seen of [result.metLock, result.retries, result.fallbacks, result.moves]) {
    expect(seen).toBeGreaterThan(0);
  }
  expect(result.maxLogBytes).toBeLessThanOrEqual(LOG_BOUNDS.max_total_mb * 1e6);
});
