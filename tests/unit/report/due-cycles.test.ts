import { dueCycles, type RecordedCycle } from '../../../lib/report/due-cycles';

const MINUTE = 60_000;
const INTERVAL = 5 * MINUTE;
const at = (minutes: number, reason: string | null = null): RecordedCycle => ({
  ms: minutes * MINUTE,
  reason,
  error: null,
  intervalMs: INTERVAL,
  ids: [minutes],
});

const asText = (recorded: RecordedCycle[], fromMinutes: number | null, untilMinutes: number | null) =>
  dueCycles(
    recorded,
    INTERVAL,
    fromMinutes === null ? null : fromMinutes * MINUTE,
    untilMinutes === null ? null : untilMinutes * MINUTE,
  ).map(({ ms, reason, cycles }) =>
    [ms / MINUTE, ...(reason === null ? [] : [reason]), ...(cycles === 1 ? [] : [`x ${cycles}`])].join(' '),
  );

test('every cycle that ran is due, every gap is filled', () => {
  expect(asText([at(0), at(5, 'timeout'), at(20)], null, null)).toEqual(['0', '5 timeout', '10 no_trace x 2', '20']);
});

test('fifty years without a cycle are one element', () => {
  const years = 50 * 365 * 24 * 60;
  expect(asText([at(0), at(years)], null, null)).toEqual(['0', `5 no_trace x ${years / 5 - 1}`, String(years)]);
});

test('cron is late now and then: that is not a gap', () => {
  expect(asText([at(0), at(6.4), at(10), at(17), at(20)], null, null)).toEqual(['0', '6.4', '10', '17', '20']);
});

test('a run by hand is not counted, but replaces a failure', () => {
  expect(asText([at(0), at(2), at(5)], null, null)).toEqual(['0', '5']);
  expect(asText([at(0, 'timeout'), at(2), at(5)], null, null)).toEqual(['0', '5']);
});

test('what should have gone on is missing until the end; what is switched off is not', () => {
  expect(asText([at(0)], null, 12)).toEqual(['0', '5 no_trace']);
  expect(asText([at(0)], null, 7)).toEqual(['0']);
  expect(asText([at(0)], null, null)).toEqual(['0']);
});

test('the cycle before the time asked for tells when the first one in it was due', () => {
  expect(asText([at(0), at(20)], 9, null)).toEqual(['10 no_trace x 2', '20']);
  expect(asText([at(0), at(20)], 11, null)).toEqual(['15 no_trace', '20']);
  expect(asText([], 0, 100)).toEqual([]);
});

test('each cycle is judged by the interval of its time', () => {
  const every = (minutes: number, interval: number) => ({ ...at(minutes), intervalMs: interval * MINUTE });
  expect(asText([every(0, 15), every(15, 15), every(45, 15)], null, null)).toEqual(['0', '15', '30 no_trace', '45']);
  // From every 15 minutes to every 5, and back: the longer one counts in between.
  expect(asText([every(0, 15), every(15, 5), every(20, 5), every(35, 15)], null, null)).toEqual([
    '0',
    '15',
    '20',
    '35',
  ]);
});
