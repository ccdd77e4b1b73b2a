import type { CheckReport, HealthReport } from '../../../lib/health/runner';
import { renderAnnotations, renderJson, renderLine, renderList, renderText } from '../../../lib/health/render';
import type { Status } from '../../../lib/check/check';

import { CHECKS } from '../../../lib/health/checks';

const check = (name: CheckReport['name'], status: Status, message = 'as it should be'): CheckReport => {
  const remediation = 'Fix it: chmod 600 x';
  const isProblem = status === 'warn' || status === 'fail';
  return {
    name,
    status,
    message,
    remediation: isProblem ? remediation : '',
    duration_ms: 12,
    details: { mode: '0644' },
    problems: isProblem ? [{ status, message, remediation, stops: [] }] : [],
  };
};
const report = (exit_code: 0 | 1 | 2, ...checks: CheckReport[]): HealthReport => ({
  status: (['healthy', 'degraded', 'critical'] as const)[exit_code],
  exit_code,
  duration_ms: 412,
  checks,
});
const PLAIN = { isTerminal: false, colour: false, quiet: false, verbose: false };
const MIXED = report(1, check('hue', 'fail', 'no answer.'), check('disk', 'pass'), check('logging', 'warn', 'late.'));

describe('text', () => {
  test('plain lines: problems last, the remedy under each, no colour', () => {
    expect(renderText(MIXED, PLAIN)).toBe(
      [
        'pass  disk        as it should be',
        'warn  logging     late.',
        '      do: Fix it: chmod 600 x',
        'fail  hue         no answer.',
        '      do: Fix it: chmod 600 x',
        'degraded: 1 fail, 1 warn, 1 pass in 412 ms',
        '',
      ].join('\n'),
    );
  });

  test('one cause has one remedy: the rows that it explains name the check that has it', () => {
    const explained = check('alerts', 'fail', 'a login is needed.');
    const [problem] = explained.problems;
    const caused = { ...explained, problems: problem ? [{ ...problem, causedBy: 'hue' }] : [] };
    expect(renderText(report(1, check('hue', 'fail'), caused), PLAIN)).toMatch(/alerts .*\n {6}do: see hue\n/);
    expect(renderText(report(1, check('hue', 'warn'), caused), PLAIN)).toMatch(
      /alerts .*\n {6}do: Fix it: chmod 600 x\n/,
    );
    expect(renderAnnotations(report(1, check('hue', 'fail'), caused))).toContain('a login is needed.%0Asee hue\n');
  });

  test('a terminal gets marks, and colour unless it is switched off', () => {
    const table = renderText(MIXED, { ...PLAIN, isTerminal: true, colour: true });
    expect(table).toContain('\u001b[31m✗ fail \u001b[0m hue         no answer.\n');
    expect(renderText(MIXED, { ...PLAIN, isTerminal: true })).toContain('✗ fail  hue         no answer.\n');
  });

  test('in the width of a terminal; a command stays in one line, so that it can be copied', () => {
    const long = check('hue', 'fail', 'the bridge does not answer '.repeat(5).trim());
    const command = `node ${'/a/long/folder'.repeat(6)}/bin/auth-hue.js`;
    const [problem] = long.problems;
    const problems = problem ? [{ ...problem, remediation: `Look for it: ${command}`, command }] : [];
    const lines = renderText(report(1, { ...long, problems }), { ...PLAIN, isTerminal: true, width: 60 }).split('\n');
    expect(lines.filter((line) => line.length > 60).map((line) => line.trim())).toEqual([command]);
    expect(lines.slice(0, 2)).toEqual([
      '✗ fail  hue         the bridge does not answer the bridge',
      '                    does not answer the bridge does not',
    ]);
    expect(lines.at(-4)).toBe('      do: Look for it:');
  });

  test('quiet: nothing while the exit code is 0, then the problems alone', () => {
    const quiet = { ...PLAIN, quiet: true };
    expect(renderText(report(0, check('disk', 'warn')), quiet)).toBe('');
    expect(renderText(MIXED, quiet)).not.toContain('as it should be');
  });

  test('verbose adds the details', () => {
    expect(renderText(MIXED, { ...PLAIN, verbose: true })).toContain('      mode: "0644"\n      duration_ms: 12\n');
  });

  test('what comes from outside cannot move the cursor or begin a line', () => {
    const nasty = report(1, check('hue', 'fail', 'Hall\u001b[2J\r\npass  hue all is well'));
    expect(renderText(nasty, PLAIN).split('\n')[0]).toBe('fail  hue         Hall [2J pass  hue all is well');
  });
});

test('json: the shape of the contract, and each problem in the details', () => {
  expect(renderJson(MIXED)).toEqual({
    schema_version: 1,
    status: 'degraded',
    exit_code: 1,
    duration_ms: 412,
    checks: [
      {
        name: 'hue',
        status: 'fail',
        message: 'no answer.',
        remediation: 'Fix it: chmod 600 x',
        duration_ms: 12,
        details: {
          mode: '0644',
          problems: [{ status: 'fail', message: 'no answer.', remediation: 'Fix it: chmod 600 x', stops: [] }],
        },
      },
      expect.objectContaining({ name: 'disk', remediation: '', details: { mode: '0644' } }),
      expect.objectContaining({ name: 'logging', status: 'warn' }),
    ],
  });
});

test.each<[string, HealthReport, string]>([
  ['OK', report(0, check('disk', 'pass')), 'OK: 1 checks pass | fail=0 warn=0 time=0.412s\n'],
  ['OK with a warning', report(0, check('disk', 'warn')), 'OK: disk | fail=0 warn=1 time=0.412s\n'],
  ['WARNING', MIXED, 'WARNING: hue | fail=1 warn=1 time=0.412s\n'],
  [
    'CRITICAL of all',
    report(2, ...CHECKS.map(({ name }) => check(name, 'fail'))),
    `CRITICAL: config secrets database logging disk +${CHECKS.length - 5} | fail=${CHECKS.length} warn=0 time=0.412s\n`,
  ],
])('line: %s', (_name, given, line) => {
  expect(renderLine(given)).toBe(line);
  expect(line.length).toBeLessThanOrEqual(80);
});

test('annotations: one a problem, with what would end them escaped', () => {
  const nasty = report(
    1,
    check('hue', 'fail', '100 %\nof it'),
    check('disk', 'pass'),
    check('logging', 'warn', 'late.'),
    check('config', 'fail', '/a, b/c.yaml:14:3: hue: unknown key'),
  );
  expect(renderAnnotations(nasty)).toBe(
    '::error title=hue::100 %25 of it%0AFix it: chmod 600 x\n::warning title=logging::late.%0AFix it: chmod 600 x\n' +
      '::error file=/a%2C b/c.yaml,line=14,col=3,title=config::/a, b/c.yaml:14:3: hue: unknown key%0AFix it: chmod 600 x\n',
  );
});

test('the list of all checks fits 80 columns', () => {
  expect(
    renderList()
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
});
