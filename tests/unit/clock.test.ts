import { isInFuture, isWaitOver, isYoung } from '../../lib/clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-11-24T10:00:00Z');
const IN_2099 = Date.parse('2099-01-01T00:00:00Z');

test('a minute ahead is believed, more is the future', () => {
  expect([NOW - HOUR, NOW, NOW + MINUTE, NOW + MINUTE + 1, IN_2099].map((ms) => isInFuture(ms, NOW))).toEqual([
    ...[false, false, false, true, true],
  ]);
});

test('a wait ends with its time, or if more is left than it takes at most', () => {
  const isOver = (untilMs: number) => isWaitOver(untilMs, HOUR, NOW);
  expect([NOW + 1, NOW + HOUR, NOW + HOUR + MINUTE].map(isOver)).toEqual([false, false, false]);
  expect([NOW, NOW - 1, NOW + HOUR + MINUTE + 1, IN_2099, NaN].map(isOver)).toEqual([true, true, true, true, true]);
});

test('what is remembered holds for its time, and not if it comes from the future', () => {
  const holds = (sinceMs: number) => isYoung(sinceMs, HOUR, NOW);
  expect([NOW, NOW - HOUR + 1, NOW + MINUTE].map(holds)).toEqual([true, true, true]);
  expect([NOW - HOUR, NOW + MINUTE + 1, IN_2099, -Infinity, NaN].map(holds)).toEqual([
    ...[false, false, false, false, false],
  ]);
});
