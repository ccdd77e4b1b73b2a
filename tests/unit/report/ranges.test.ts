/** Into which times and stretches a page divides what it shows, also on the days on which the clocks change. */
import { nightsBefore, rangesIn } from '../../../lib/report/page/ranges';
import { dailyEdges, daysOf } from '../../../lib/report/daily';
import { edgesOf } from '../../../lib/report/moment';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = new Date(2026, 10, 29, 14, 7).getTime();

test.each([
  ['a year', 365 * DAY, ['24 h', '7 d', '30 d', '1 y']],
  ['a month', 30 * DAY, ['24 h', '7 d', '30 d']],
  ['three days', 3 * DAY, ['24 h', '3 d']],
  ['a first hour', HOUR, ['60 min']],
  ['three years', 1095 * DAY, ['24 h', '7 d', '30 d', '1 y', '1095 d']],
])('%s', (_, span, labels) => {
  const ranges = rangesIn(NOW - span, NOW, 300_000, 80);
  expect(ranges.map(({ label }) => label)).toEqual(labels);
  for (const { edges, fromMs } of ranges) {
    expect(edges.length).toBeLessThanOrEqual(513);
    expect([edges[0], edges.at(-1)]).toEqual([fromMs, NOW]);
    expect(edges.every((edge, n) => n === 0 || edge > (edges[n - 1] ?? 0))).toBe(true);
  }
});

test('many lines get fewer points, and long intervals longer stretches', () => {
  const points = (lines: number, interval: number) =>
    rangesIn(NOW - 365 * DAY, NOW, interval, lines).map(({ edges }) => edges.length);
  expect(Math.max(...points(400, 300_000))).toBeLessThan(130);
  expect(points(1, HOUR)[0]).toBeLessThanOrEqual(14);
});

test('days begin at local midnight, and a night is from 22 to 6', () => {
  const edges = edgesOf(new Date(2026, 0, 10, 5).getTime(), NOW, 1440);
  const midnights = edges.slice(1, -1).map((edge) => new Date(edge));
  expect(midnights.every((date) => date.getHours() === 0 && date.getMinutes() === 0)).toBe(true);
  const nights = nightsBefore(NOW);
  expect(new Date(nights.at(-1)?.[0] ?? 0).getHours()).toBe(22);
  expect(nights.every(([from, to]) => from < to && to <= NOW)).toBe(true);
});

test('a day: lowest, mean, highest, the mean by day and of the night before, heating degree days', () => {
  const from = new Date(2026, 10, 20).getTime();
  const edges = dailyEdges(from, from + 2 * DAY);
  const mean = Float64Array.from({ length: edges.length - 1 }, (_, n) => {
    const hour = new Date(edges[n] ?? 0).getHours();
    return hour >= 6 && hour < 22 ? 12 : 6;
  });
  mean[12] = NaN;
  const series = { mean, lowest: mean.map((value) => value - 1), highest: mean.map((value) => value + 1) };
  const [first, second] = daysOf(series, edges);
  expect(first).toMatchObject({
    day: '2026-11-20',
    lowest: 5,
    mean: 10,
    highest: 13,
    dayMean: 12,
    nightMean: 6,
    heatingDegreeDays: 8,
  });
  expect(second?.nightMean).toBe(6);
  // A day of which half is not known has no degree days, and a warm one has none.
  expect(daysOf(series, edges.slice(0, 8))[0]?.heatingDegreeDays).toBeNaN();
  const warm = { ...series, mean: mean.map(() => 15.1) };
  expect(daysOf(warm, edges)[0]?.heatingDegreeDays).toBe(0);
});
