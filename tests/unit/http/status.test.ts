import type { HttpResponse } from '../../../lib/http/http';
import { meaningOf, type StatusMeaning } from '../../../lib/http/status';

const NOW = Date.parse('2026-11-24T12:00:00Z');

const answer = (status: number, retryAfter: string | null = null): HttpResponse => ({
  status,
  header: (name) => (name.toLowerCase() === 'retry-after' ? retryAfter : null),
  headerValues: () => [],
  body: Buffer.alloc(0),
  payloadBytes: 0,
});

test('200 is the only status that is an answer', () => {
  expect(meaningOf(answer(200), NOW)).toBeNull();
});

test.each<[number, StatusMeaning['type'], 'for good' | 'for a moment']>([
  [401, 'unauthorized', 'for good'],
  [403, 'unauthorized', 'for good'],
  [429, 'rate_limited', 'for a moment'],
  [408, 'http', 'for a moment'],
  [425, 'http', 'for a moment'],
  [500, 'http', 'for a moment'],
  [502, 'http', 'for a moment'],
  [503, 'http', 'for a moment'],
  [504, 'http', 'for a moment'],
  [201, 'http', 'for good'],
  [204, 'http', 'for good'],
  [299, 'http', 'for good'],
  [302, 'http', 'for good'],
  [400, 'http', 'for good'],
  [404, 'http', 'for good'],
])('%i is %s, %s', (status, type, howLong) => {
  expect(meaningOf(answer(status), NOW)).toEqual({ type, permanent: howLong === 'for good' });
});

test.each([
  [429, '120', 120_000],
  [503, 'Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
])('%i with Retry-After %s: what the server asks for is passed on', (status, retryAfter, retryAfterMs) => {
  expect(meaningOf(answer(status, retryAfter), NOW)).toMatchObject({ permanent: false, retryAfterMs });
});

test('a Retry-After that makes no sense counts as none', () => {
  expect(meaningOf(answer(503, 'soon'), NOW)).toEqual({ type: 'http', permanent: false });
});
