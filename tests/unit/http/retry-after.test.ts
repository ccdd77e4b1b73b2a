import { retryAfterMs } from '../../../lib/http/retry-after';

const NOW = Date.parse('2026-11-24T12:00:00Z');

it.each([
  ['0', 0],
  [' 120 ', 120_000],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  [null, null],
  ['', null],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['99999999999999', 86_400_000],
  ['Sun, 24 Nov 2069 12:00:00 GMT', 86_400_000],
])('Retry-After %p is %p ms', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});
