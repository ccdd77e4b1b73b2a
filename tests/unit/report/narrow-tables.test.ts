/** The tables of a terminal of 80 columns: texts are broken, what tells devices apart is never cut. */
import { renderGaps } from '../../../lib/report/formats/gaps-table';
import { renderRetries } from '../../../lib/report/formats/retries-table';
import type { RetryRow } from '../../../lib/report/retries';
import { columns, styleFor } from '../../../lib/report/text';

const PLAIN = styleFor(false, {});
const LONG = 'a sensor whose name was given to it by somebody who likes long names';
const IDS = ['hue:00:17:88:01:23:90:ec:d9-02-0402', 'hue:00:17:88:01:23:90:ec:da-02-0402'];
const tooLong = (text: string) => text.split('\n').filter((line) => line.length > 80);

test('report gaps', () => {
  const reasons = { no_trace: 12, timeout: 34, rate_limited: 5, session_rejected: 6, database_locked: 7 };
  const counts = { expected: 288, stored: 224, missing: 64 };
  const device = { ...counts, reasons: { unreachable: 64 } };
  const found = {
    days: [{ collector: 'amazon_aqm' as const, day: '2026-11-22', ...counts, reasons }],
    gaps: [
      {
        ...{ collector: 'amazon_aqm' as const, fromMs: 0, toMs: 864e5, cycles: 288, reason: 'timeout' },
        error: 'no complete answer within 10 s from GET https://alexa.amazon.com/api/phoenix/state, again and again',
      },
    ],
    devices: [
      { ...device, device_id: 'alexa:GAJ23000A08FF49B', location: LONG },
      ...IDS.map((device_id) => ({ ...device, device_id, location: 'Hall' })),
    ],
  };
  const text = renderGaps(found, PLAIN, 80);
  expect(tooLong(text)).toEqual([]);
  for (const whole of [LONG, ...IDS, 'session_rejected', 'again and again'])
    expect(text.replace(/\s+/g, ' ')).toContain(whole);
  expect(renderGaps(found, PLAIN)).toContain(', database_locked 7\n');
});

test('report retries', () => {
  const row: RetryRow = {
    ...{ cycle: '2026-11-29T05:00:00.000Z', collector: 'hue', timestamp: '2026-11-29T05:00:01.000Z' },
    ...{ operation: 'hue.read_full_configuration', outcome: 'exhausted', attempt: null, delay_ms: null },
    ...{ attempts: 4, elapsed_ms: 47_123, error_type: 'session_rejected', endpoint: null },
  };
  const text = renderRetries([row, { ...row, outcome: 'retrying', attempt: 1, delay_ms: 1000 }], PLAIN, 80);
  expect(tooLong(text)).toEqual([]);
  expect(text.match(/session_rejected/g)).toHaveLength(2);
});

test('a text that has too little room beside the other columns is written below them', () => {
  const lines = columns([['x'.repeat(30), 'one two three four five']], ['left', 'left'], 40);
  expect(lines).toEqual([`${'x'.repeat(30)}\n    one two three four five`]);
  const beside = columns([['xx', 'one two three four five six seven']], ['left', 'left'], 30);
  expect(beside).toEqual(['xx  one two three four five\n      six seven']);
});
