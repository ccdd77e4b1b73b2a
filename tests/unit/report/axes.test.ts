import { linearScale, logarithmicScale, nights, timeTicks } from '../../../lib/report/formats/html/axes';

const labels = (ticks: { label: string }[]): string[] => ticks.map(({ label }) => label);
const local = (...parts: [number, number, number, number?]): number => new Date(...parts).getTime();

test('round steps that enclose the values, with the decimals they need', () => {
  expect(labels(linearScale(16.4, 27.2, 0.5).ticks)).toEqual(['15.0', '17.5', '20.0', '22.5', '25.0', '27.5']);
  expect(labels(linearScale(20.1, 20.2, 0.5).ticks)).toEqual(['20.0', '20.5']);
  expect(labels(linearScale(-3, 4, 0.5).ticks)).toEqual(['-4', '-2', '0', '2', '4']);
  expect(labels(linearScale(0, 0, 1).ticks)).toEqual(['0', '1']);
  expect(labels(linearScale(88, 97, 1).ticks)).toEqual(['88', '90', '92', '94', '96', '98']);
  const { place } = linearScale(0, 100, 1);
  expect([place(0), place(50), place(100)]).toEqual([0, 0.5, 1]);
});

test('what never changed lies in the middle, and nothing above 100 %', () => {
  expect(labels(linearScale(45, 45, 1, 100).ticks)).toEqual(['44', '45', '46']);
  expect(labels(linearScale(100, 100, 1, 100).ticks)).toEqual(['99', '100']);
});

test('light goes by powers of ten, from darkness on', () => {
  const { ticks, place } = logarithmicScale(20_000);
  expect(labels(ticks)).toEqual(['0', '10', '100', '1k', '10k', '100k']);
  expect(place(0)).toBe(0);
  expect(place(-5)).toBe(0);
});

test('hours, days or months, whichever are few enough', () => {
  expect(labels(timeTicks(local(2026, 0, 1, 5), local(2026, 0, 2, 5)))).toEqual([
    '06:00',
    '09:00',
    '12:00',
    '15:00',
    '18:00',
    '21:00',
    '2 Jan',
    '03:00',
  ]);
  expect(labels(timeTicks(local(2026, 0, 1), local(2026, 0, 8)))).toEqual([
    '1 Jan',
    '2 Jan',
    '3 Jan',
    '4 Jan',
    '5 Jan',
    '6 Jan',
    '7 Jan',
  ]);
  expect(labels(timeTicks(local(2025, 10, 15), local(2026, 10, 15))).slice(0, 3)).toEqual([
    'Dec 2025',
    'Jan 2026',
    'Feb',
  ]);
});

test('no label stands out of the page at its right end', () => {
  const year = local(2025, 11, 20);
  // A day before the end, and ten days: neither has room on a phone, the first not even on a desk.
  expect(labels(timeTicks(year, local(2026, 11, 2))).at(-1)).toBe('Nov');
  expect(timeTicks(year, local(2026, 9, 11)).at(-1)).toMatchObject({ label: 'Oct', isMinor: true });
});

test('nights from 22 to 6 o’clock, cut at the edges; none if they would be too narrow', () => {
  const day = 24;
  const from = local(2026, 0, 1);
  expect(nights(from, local(2026, 0, 2)).map((night) => night.map((share) => share * day))).toEqual([
    [0, 6],
    [22, 24],
  ]);
  expect(nights(from, local(2026, 1, 1))).toEqual([]);
});
