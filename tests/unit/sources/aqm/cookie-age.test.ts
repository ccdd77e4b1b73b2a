import { areDueForRenewal, areExpired } from '../../../../lib/sources/aqm/cookie-age';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-12-24T10:00:00Z');
const IN_2069 = Date.parse('2069-01-01T00:00:00Z');

/** Amazon's own time is NOW: they live for a day from there. */
const obtainedAt = (ms: number) => ({
  jar: [{ name: 'at-main', value: 'x', expires: new Date(NOW + 24 * HOUR).toISOString() }],
  csrf: null,
  obtained_at: new Date(ms).toISOString(),
});

test.each<[string, obtained: number, now: number, expired: boolean, due: boolean]>([
  ['fresh ones', NOW, NOW, false, false],
  ['in the last quarter of their life', NOW, NOW + 19 * HOUR, false, true],
  ['after their end', NOW, NOW + 25 * HOUR, true, true],
  ['obtained by a clock in 2069, which goes on', IN_2069, IN_2069 + HOUR, false, false],
  ['obtained by a clock in 2069, which is right now', IN_2069, NOW, false, true],
])('cookies, %s: expired, due for renewal', (_name, obtained, now, expired, due) => {
  const cookies = obtainedAt(obtained);
  expect([areExpired(cookies, new Date(now)), areDueForRenewal(cookies, new Date(now))]).toEqual([expired, due]);
});
