import { MonitorError } from '../../../lib/errors';
import type { Check, Installation, Judgement } from '../../../lib/check/check';
import { createRedactor } from '../../../lib/logging/redact';
import { runChecks } from '../../../lib/health/runner';
import { verdictOf } from '../../../lib/health/verdict';
import type { CollectorName } from '../../../lib/sources/all';

const SOUND: Judgement = { message: 'all is well', problems: [], details: {} };
const row = (given: Partial<Check>): Check => ({
  name: 'hue',
  title: 'a check',
  stops: ['hue'],
  remedy: { say: 'Do this', command: 'node bin/health.js' },
  needsNetwork: false,
  needsConfig: false,
  run: () => SOUND,
  ...given,
});
const installation = (given: Partial<Installation> = {}): Installation => ({
  files: { config: '/c.yaml', secrets: '/s.yaml' },
  config: null,
  configFailure: null,
  secrets: null,
  secretsFailure: null,
  enabled: ['hue', 'amazon_aqm'],
  environment: {},
  ...given,
});
const run = (checks: readonly Check[], more: object = {}) =>
  runChecks(checks, {
    installation: installation(),
    offline: false,
    fresh: false,
    redactor: createRedactor(),
    ...more,
  });

describe('a check that goes wrong itself is a failed check', () => {
  test.each<[string, unknown, RegExp, RegExp]>([
    [
      'a defect',
      new TypeError('x is not a function'),
      /x is not a function\./,
      /defect.*Do this: node bin\/health\.js/,
    ],
    ['a string', 'thrown', /thrown\./, /Do this/],
    [
      'an error of the operating system',
      Object.assign(new Error('EACCES: permission denied, open /x'), { code: 'EACCES' }),
      /cannot be checked: EACCES: permission denied, open \/x/,
      /^Do this: node bin\/health\.js$/,
    ],
    [
      'an expected failure that names a command',
      new MonitorError('locked', {
        type: 'database_locked',
        remediation: { say: 'See who', command: "fuser -v '/x'" },
      }),
      /^locked\.$/,
      /^See who: fuser -v '\/x'$/,
    ],
    [
      'an expected failure that names none',
      new MonitorError('refused', { type: 'network', remediation: 'Look at it.' }),
      /^refused\.$/,
      /^Look at it\. Do this: node bin\/health\.js$/,
    ],
  ])('%s', async (_name, thrown, message, remediation) => {
    const throwing = row({ run: () => Promise.reject(thrown) });
    const report = await run([throwing, row({ name: 'disk' })]);
    expect(report.checks.map(({ status }) => status)).toEqual(['fail', 'pass']);
    expect(report.checks[0]?.message).toMatch(message);
    expect(report.checks[0]?.remediation).toMatch(remediation);
  });

  test('one that throws before it gives a promise', async () => {
    const throwing = row({
      run: () => {
        throw new Error('at once');
      },
    });
    expect((await run([throwing])).checks[0]).toMatchObject({ status: 'fail', message: 'at once.' });
  });

  test('one that never ends gets the signal to end, and is not waited for if it does not', async () => {
    let reason: unknown;
    const hanging = row({
      run: ({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return new Promise(() => undefined);
      },
    });
    const report = await run([hanging], { deadlineMs: 20 });
    expect(report.checks[0]).toMatchObject({ status: 'fail', message: 'the check hue did not end within 0.02 s.' });
    expect(report.checks[0]?.remediation).toContain('node bin/health.js');
    expect(reason).toBeInstanceOf(MonitorError);
  });
});

test('all begin before the first ends', async () => {
  const begun: string[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const waiting = (name: Check['name']) =>
    row({
      name,
      run: async () => {
        begun.push(name);
        if (begun.length === 3) release();
        await gate;
        return SOUND;
      },
    });
  await run([waiting('hue'), waiting('disk'), waiting('alerts')]);
  expect(begun).toEqual(['hue', 'disk', 'alerts']);
});

test('what needs the network, or a configuration, is skipped if there is none', async () => {
  const checks = [row({ needsNetwork: true }), row({ name: 'disk', needsConfig: true }), row({ name: 'config' })];
  const report = await run(checks, { offline: true });
  expect(report.checks.map(({ status }) => status)).toEqual(['skip', 'skip', 'pass']);
  expect(report).toMatchObject({ status: 'healthy', exit_code: 0 });
});

test('several problems are one message and a remedy a line, each remedy once', async () => {
  const problems: Judgement['problems'] = [
    { status: 'warn', message: 'first', remediation: 'type: a' },
    { status: 'fail', message: 'second.' },
    { status: 'warn', message: 'third', remediation: 'type: a' },
  ];
  const report = await run([row({ run: () => ({ ...SOUND, problems }) })]);
  expect(report.checks[0]).toMatchObject({
    status: 'fail',
    message: 'first. second. third.',
    remediation: 'type: a\nDo this: node bin/health.js',
  });
});

describe('the verdict', () => {
  const failing = (...stops: CollectorName[]) => ({ status: 'fail' as const, problems: [{ stops }] });
  const warning = { status: 'warn' as const, problems: [{ stops: [] }] };
  const BOTH: CollectorName[] = ['hue', 'amazon_aqm'];

  test.each<[string, Parameters<typeof verdictOf>[0], CollectorName[], number]>([
    ['warnings are healthy', [warning], BOTH, 0],
    ['one source of two fails', [failing('hue')], BOTH, 1],
    ['the only source fails', [failing('hue')], ['hue'], 2],
    ['each source fails in its own check', [failing('hue'), failing('amazon_aqm')], BOTH, 2],
    ['the database takes no row', [failing('hue', 'amazon_aqm')], BOTH, 2],
    ['a fail that stops no collector', [failing()], BOTH, 1],
    ['a source that is not enabled does not count', [failing('amazon_aqm')], ['hue'], 1],
  ])('%s', (_name, reports, enabled, exitCode) => {
    expect(verdictOf(reports, enabled).exit_code).toBe(exitCode);
  });
});
