import { compare, reductionPercent } from '../../../lib/perf/comparison';
import { spreadOf, summarise } from '../../../lib/perf/measurement';

const measured = (payloadBytes: number, durationMs: number) => summarise([{ sensors: 8, payloadBytes, durationMs }]);

test.each([
  [[7], { min: 7, median: 7, p95: 7 }],
  [[4, 1, 3, 2], { min: 1, median: 2.5, p95: 4 }],
  [[10, 9, 1, 2, 3], { min: 1, median: 3, p95: 10 }],
  [Array.from({ length: 20 }, (_, index) => 20 - index), { min: 1, median: 10.5, p95: 19 }],
  [Array.from({ length: 100 }, (_, index) => index + 1), { min: 1, median: 50.5, p95: 95 }],
])('the spread of %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test.each([
  [1000, 500, 50],
  [1000, 501, 49.9],
  [3, 1, 66.6],
  [100, 150, -50],
  [0, 10, 0],
])('from %d to %d is %d %% less', (before, now, percent) => {
  expect(reductionPercent(before, now)).toBe(percent);
});

test('exactly the goals are enough', () => {
  expect(compare(measured(40_000, 200), measured(20_000, 140))).toEqual([
    {
      name: 'payload',
      goal_percent: 50,
      reduction_percent: 50,
      met: true,
      reason: null,
      baseline_reduction_percent: null,
    },
    {
      name: 'duration',
      goal_percent: 30,
      reduction_percent: 30,
      met: true,
      reason: null,
      baseline_reduction_percent: null,
    },
  ]);
});

test('the goals hold against the captured baseline, too', () => {
  const [full, sensors] = [measured(40_000, 200), measured(10_000, 100)];
  expect(compare(full, sensors, measured(20_000, 150)).map(({ met }) => met)).toEqual([true, true]);
  expect(compare(full, sensors, measured(10_400, 142))).toMatchObject([
    { met: false, reduction_percent: 75, baseline_reduction_percent: 3.8, reason: 'only 3.8 % less than the baseline' },
    { met: false, baseline_reduction_percent: 29.5 },
  ]);
  expect(compare(full, measured(30_000, 190), measured(10_400, 142))[0]?.reason).toMatch(/saves little$/);
});

test('a little less is not', () => {
  const [payload, duration] = compare(measured(40_000, 200), measured(20_001, 140.1));
  expect(payload).toMatchObject({ met: false, reduction_percent: 49.9 });
  expect(payload?.reason).toMatch(/^of the 40000 bytes of the full configuration, 20001 are for the sensors: /);
  expect(duration).toMatchObject({ met: false, reduction_percent: 29.9 });
  expect(duration?.reason).toMatch(/takes 200 ms, with the sensors alone 140 ms: an answer that is hardly smaller/);
});

test('a fast link is named as the reason if the payload shrinks well', () => {
  const [payload, duration] = compare(measured(40_000, 100), measured(10_000, 95));
  expect([payload?.met, duration?.met]).toEqual([true, false]);
  expect(duration?.reason).toMatch(/the link is fast, and the rest of a cycle is the same for both$/);
});
