import { signOfLife } from '../../../lib/cli/sign-of-life';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** What is on the line now: everything since it was last emptied. */
function open(
  options: { switches?: string[]; step?: string; isTerminal?: boolean; environment?: NodeJS.ProcessEnv } = {},
) {
  const printed: string[] = [];
  const { switches = [], step, isTerminal = true, environment = {} } = options;
  const terminal = {
    ...{ isTerminal: true, environment },
    out: (text: unknown) => printed.push(`out:${String(text)}`),
    err: (text: string) => printed.push(text),
  };
  const life = signOfLife(terminal, {
    switches: new Set(switches),
    ...(step !== undefined && { step }),
    ...{ isTerminal, remainingMs: () => 100_000 },
  });
  return { life, printed, line: () => printed.join('').split('\r\u001b[K').at(-1) };
}

test('says from one second on which step it is, which try, and how long still', () => {
  const { life, printed, line } = open({ step: 'reading' });
  jest.advanceTimersByTime(999);
  expect(printed).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(line()).toBe('reading (1 s, at most 100 s more)');
  life.watch({ operation: 'hue.read_sensors', attempt: 1, of: 4, waitMs: 0 });
  jest.advanceTimersByTime(1000);
  expect(line()).toBe('hue.read_sensors: try 1 of 4 (2 s, at most 100 s more)');
  life.watch({ operation: 'hue.read_sensors', attempt: 2, of: 4, waitMs: 4000 });
  jest.advanceTimersByTime(1000);
  expect(line()).toBe('hue.read_sensors: try 2 of 4 in 3 s (3 s, at most 100 s more)');
  life.end();
  expect(line()).toBe('');
  jest.advanceTimersByTime(10_000);
  expect(line()).toBe('');
});

test('goes away before anything else is printed', () => {
  const { life, printed } = open({ step: 'reading' });
  life.terminal.out('a result');
  expect(printed).toEqual(['out:a result']);
  jest.advanceTimersByTime(1000);
  life.terminal.out('another');
  expect(printed.slice(-2)).toEqual(['\r\u001b[K', 'out:another']);
});

test('fits a line of 80 columns, however long the step is', () => {
  const { life, line } = open({ step: 'waiting for '.repeat(20) });
  jest.advanceTimersByTime(1000);
  expect(line()).toHaveLength(79);
  life.end();
});

test.each([
  ['the output is not a terminal', { step: 'reading', isTerminal: false }],
  ['--json', { step: 'reading', switches: ['json'] }],
  ['--quiet', { step: 'reading', switches: ['quiet'] }],
  ['--verbose, which prints every step', { step: 'reading', switches: ['verbose'] }],
  ['a person is asked: there is no step', {}],
])('prints nothing if: %s', (_when, options) => {
  const { life, printed } = open(options);
  jest.advanceTimersByTime(5000);
  life.end();
  expect(printed).toEqual([]);
});
