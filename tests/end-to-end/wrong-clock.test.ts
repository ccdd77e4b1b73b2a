/** A clock that was wrong for a while has left a cycle in 1970, or one in 2069, in the database. */
import parsePrometheus from 'parse-prometheus-text-format';
import type { Cycle } from '../../lib/store/store';
import { cycleOf, hueReading } from '../support/cycles';
import { installation } from '../support/report-installation';
import { runCommand } from '../support/run-command';

const MINUTE = 60_000;

const cycleAt = (started_at: string, temperature_celsius: number): Cycle =>
  cycleOf(started_at, 'hue', [hueReading('hue:1', { measured_at: started_at, temperature_celsius })]);
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();
const IN_1970 = '1970-01-01T00:00:30.000Z';
const IN_2069 = '2069-01-01T00:00:00.000Z';

describe('a cycle in 1970, the next ones now', () => {
  const home = () => installation([cycleAt(IN_1970, 11.5), cycleAt(ago(5), 20.75), cycleAt(ago(0), 20.75)]);

  test.each([
    [[], /Temperature +20\.8 °C/],
    [['--json'], /"temperature_celsius":20\.75/],
    [['--json', '--since', '1970-01-01'], /"temperature_celsius":11\.5.*"temperature_celsius":20\.75/],
    [['--format', 'html'], /20\.8 °C/],
    [['--format', 'html', '--since', '1970-01-01'], /20\.8 °C/],
    [['--format', 'csv'], /11\.5,(.*\n)+.*20\.75,/],
    [['gaps'], /hue +\S+ to \S+ +\d+ +0 +\d+ +0 % +no_trace/],
    [['gaps', '--format', 'csv'], /no_trace 288/],
    [['cycles', '--since', '1970-01-01'], /hue\ncycles +3\nok +3/],
  ])('report %j', async (args, shown) => {
    const { report } = await home();
    const { exitCode, stdout, stderr } = await report(args, { environment: { TZ: 'UTC' } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(shown);
  });

  test('there is one gap: in the table one line of days, in JSON one element, and each day still counts its cycles', async () => {
    const { report } = await home();
    const all = ['gaps', '--since', '1970-01-01'];
    const lines = (await report(all, { environment: { TZ: 'Europe/Berlin' } })).stdout.split('\n');
    expect(lines.filter((line) => line.includes(' to '))).toEqual([
      expect.stringMatching(/^hue +1970-01-02 to \d{4}-\d\d-\d\d +\d{7} +0 +\d{7} +0 % +no_trace \d{7}$/),
      expect.stringMatching(/^ {2}hue +1970-01-01 01:05 to \d{4}-\d\d-\d\d \d\d:\d\d +\d{7} cycles +no trace/),
    ]);
    expect(lines.length).toBeLessThan(10);
    const { days, gaps } = JSON.parse((await report([...all, '--json'], { environment: { TZ: 'UTC' } })).stdout) as {
      days: { day: string; expected: number; stored: number; missing: number }[];
      gaps: { from: string; cycles: number; reason: string }[];
    };
    expect(gaps).toEqual([expect.objectContaining({ from: '1970-01-01T00:05:30.000Z', reason: 'no_trace' })]);
    expect(days[1]).toMatchObject({ day: '1970-01-02', expected: 288, stored: 0, missing: 288 });
    const missing = days.reduce((sum, day) => sum + day.missing, 0);
    expect([missing, days.reduce((sum, day) => sum + day.expected, 0)]).toEqual([gaps[0]?.cycles, missing + 3]);
  });
});

describe('a cycle in 2069, then cycles with the right time', () => {
  const cycles = () => [cycleAt(IN_2069, 11.5), cycleAt(ago(10), 20), cycleAt(ago(5), 20), cycleAt(ago(0), 20.75)];

  test.each([[[]], [['--format', 'html']], [['--json']]])('report %j shows those with the right time', async (args) => {
    const { report } = await installation(cycles());
    const { exitCode, stdout } = await report(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(args.includes('--json') ? /"value":20\.75/ : /20\.8 °C/);
    expect(stdout).not.toMatch(/11\.5|2069/);
    if (args.includes('--json')) {
      expect(JSON.parse(stdout)).toMatchObject({
        trouble: [{ kind: 'future', message: expect.stringContaining('1 cycle is stamped in the future') as string }],
        readings: [{}, {}, { temperature_celsius: 20.75 }],
      });
    }
  });

  test('the Prometheus export has the last cycle with the right time', async () => {
    const right = cycles();
    const failed = { outcome: 'failed', exit_code: 1, error_type: 'timeout', error: 'no answer' } as const;
    const { report } = await installation([...right, cycleOf('2069-01-01T00:05:00.000Z', 'hue', [], failed)]);
    const families = parsePrometheus((await report(['--format', 'prometheus'])).stdout);
    const valueOf = (name: string) => Number(families.find((family) => family.name === name)?.metrics[0]?.value);
    const lastSeconds = Date.parse(right.at(-1)?.record.started_at ?? '') / 1000;
    expect(valueOf('climate_temperature_celsius')).toBe(20.75);
    expect(valueOf('climate_measured_timestamp_seconds')).toBe(lastSeconds);
    expect(valueOf('climate_last_success_timestamp_seconds')).toBe(lastSeconds);
    expect(valueOf('climate_last_cycle_timestamp_seconds')).toBe(lastSeconds);
    expect(valueOf('climate_last_cycle_exit_code')).toBe(0);
  });

  test('gaps', async () => {
    const { report } = await installation(cycles());
    const { stdout } = await report(['gaps', '--json']);
    const { days, gaps } = JSON.parse(stdout) as { days: { expected: number; missing: number }[]; gaps: unknown[] };
    expect(gaps).toEqual([]);
    expect(days.reduce((sum, { expected }) => sum + expected, 0)).toBe(3);
  });

  const freshness = async (stored: readonly Cycle[]) => {
    const { file } = await installation(stored);
    const { stdout } = await runCommand('health', { args: ['freshness', '--json', '--config', file] });
    const { checks } = JSON.parse(stdout) as { checks: { status: string; message: string; details: unknown }[] };
    return checks[0];
  };

  test('health judges those with the right time, and counts the other', async () => {
    const right = cycles();
    const started = right.at(-1)?.record.started_at;
    expect(await freshness(right)).toMatchObject({
      status: 'pass',
      message: expect.stringMatching(/^hue: 1 devices, last cycle \d+ s ago, 1 with a time in the future/) as string,
      details: {
        devices: [{ measured_at: started }],
        hue: { last_cycle: { started_at: started }, last_good_cycle: started },
      },
    });
  });

  test('health reports a gap after the last cycle with the right time', async () => {
    expect(await freshness([cycleAt(IN_2069, 11.5), cycleAt(ago(60), 20)])).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/the last cycle of hue was 60 min ago/) as string,
    });
  });

  test('if all have a time in the future, health and the report say so', async () => {
    expect(await freshness([cycleAt(IN_2069, 11.5)])).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/all cycles of hue have a time in the future/) as string,
    });
    const { report } = await installation([cycleAt(IN_2069, 11.5)]);
    expect((await report([])).stdout).toContain(
      '! hue: all cycles have a time in the future: check the clock of this machine',
    );
  });
});
