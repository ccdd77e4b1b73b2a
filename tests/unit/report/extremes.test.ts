/** More values than the stack takes as arguments. */
import { summarize, type CycleRow } from '../../../lib/report/cycles';
import { columns, sparkline } from '../../../lib/report/text';

const MANY = 200_000;

test('the cycles of two years are summed up', () => {
  const cycle = { collector: 'hue', outcome: 'ok', duration_ms: 1, payload_bytes: 1, requests: 1, retries: 0 };
  const cycles = Array.from({ length: MANY }, (_, n) => ({ ...cycle, lock_wait_ms: n }) as unknown as CycleRow);
  expect(summarize(cycles)).toMatchObject([{ cycles: MANY, longest_lock_ms: MANY - 1 }]);
});

test('so many lines are set in columns, so many values make a curve', () => {
  expect(
    columns(
      Array.from({ length: MANY }, (_, n) => [String(n), 'x']),
      ['right', 'left'],
    )[7],
  ).toBe('     7  x');
  expect(sparkline(Float64Array.from({ length: MANY }, (_, n) => n))).toHaveLength(MANY);
});
