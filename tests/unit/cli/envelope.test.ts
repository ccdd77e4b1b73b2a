import { envelope, type Ending } from '../../../lib/cli/envelope';
import { asMonitorError } from '../../../lib/errors';

const fields = (content: object, ending?: Ending) => JSON.parse(envelope('perf', content, ending).text()) as object;

test('work that is done: exit 0, ok, no error, the fields in between', () => {
  expect(fields({ file: 'x' })).toEqual({
    schema_version: 1,
    command: 'perf',
    exit_code: 0,
    outcome: 'ok',
    started_at: new Date(performance.timeOrigin).toISOString(),
    duration_ms: expect.any(Number) as number,
    file: 'x',
    error: null,
  });
  expect(envelope('perf', {}).text()).toMatch(/^[^\n]*\n$/);
});

test('only the public fields of an error', () => {
  const error = asMonitorError(new Error('broken'));
  expect(fields({}, { exit_code: 1, error })).toMatchObject({ exit_code: 1, outcome: 'failed' });
  expect(fields({}, { exit_code: 1, error })).toHaveProperty('error', {
    type: 'internal',
    message: 'broken',
    remediation: error.remediation,
  });
});

test('a cycle says itself when it began, how long it took and its outcome', () => {
  const ending: Ending = { exit_code: 3, outcome: 'partial', started_at: '2026-11-24T06:30:00.000Z', duration_ms: 143 };
  expect(fields({}, ending)).toMatchObject(ending);
});
