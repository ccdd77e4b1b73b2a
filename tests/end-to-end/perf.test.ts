/** perf, as a person and a dashboard run it: real cycles of the real collector against a bridge as slow as a real one. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../lib/simulator/faults';
import { home as hueHome } from '../../lib/simulator/hue-home';
import { openHome, type Home } from '../support/home';
import { PROJECT_ROOT, type RunResult } from '../support/run-command';
import { until } from '../support/until';

/** So slow that the difference between the two endpoints is much larger than the variation of a busy machine. */
const SLOW_LINK = { firstByteMs: 50, bytesPerMs: 25 };
/** For what is judged by its duration. */
const VERY_SLOW_LINK = { firstByteMs: 50, bytesPerMs: 8 };

interface Answer extends Record<string, unknown> {
  criteria: { name: string; met: boolean; reduction_percent: number; reason: string | null }[];
}
const json = ({ stdout }: RunResult): Answer => JSON.parse(stdout) as Answer;

let home: Home;
const asked = () => home.bridge.requests.map(({ path }) => path).filter((path) => path !== '/api/config');
const baselineFile = () => join(home.dataDirectory, 'perf-baseline.json');

beforeEach(async () => {
  home = await openHome({ bridge: { link: SLOW_LINK }, cloud: false });
});

it('baseline measures the full configuration and keeps the result', async () => {
  const { exitCode, stdout, stderr } = await home.run('perf', ['baseline', '--cycles', '3']);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`Saved in ${baselineFile()}`);
  expect(asked()).toEqual(Array(3).fill(`/api/${home.bridge.key}`));
  const saved = JSON.parse(readFileSync(baselineFile(), 'utf8')) as Record<string, unknown>;
  const spread = {
    min: expect.any(Number) as number,
    median: expect.any(Number) as number,
    p95: expect.any(Number) as number,
  };
  expect(saved).toEqual({
    version: 1,
    measured_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    bridge: { id: home.bridge.bridgeId, model: 'BSB002' },
    full: { cycles: 3, sensors: 8, payload_bytes: spread, duration_ms: spread },
  });
  expect(statSync(baselineFile()).mode & 0o777).toBe(0o600);
});

it('compare measures both endpoints alternately, and shows the baseline', async () => {
  Object.assign(home.bridge.link, VERY_SLOW_LINK);
  await home.run('perf', ['baseline', '--cycles', '1', '--quiet']);
  const saved = JSON.parse(readFileSync(baselineFile(), 'utf8')) as { bridge: object; full: { payload_bytes: object } };
  const duration = { min: 1e6, median: 1e6, p95: 1e6 }; // a machine that is busier now than then is not what is tested
  const before = { ...saved.full, duration_ms: duration };
  writeFileSync(baselineFile(), JSON.stringify({ ...saved, full: before }));
  home.bridge.requests.length = 0;
  const result = await home.run('perf', ['compare', '--cycles', '2', '--json']);
  expect([result.exitCode, result.stderr]).toEqual([0, '']);
  const [full, sensors] = [`/api/${home.bridge.key}`, `/api/${home.bridge.key}/sensors`];
  expect(asked()).toEqual([full, sensors, full, sensors]);
  expect(json(result)).toMatchObject({
    schema_version: 1,
    command: 'perf',
    exit_code: 0,
    outcome: 'ok',
    full: { cycles: 2, sensors: 8 },
    sensors: { cycles: 2, sensors: 8 },
    criteria: [
      { name: 'payload', goal_percent: 50, met: true, reason: null },
      { name: 'duration', goal_percent: 30, met: true, reason: null },
    ],
    baseline: { full: { cycles: 1 } },
    error: null,
  });

  // The goals hold against the captured baseline as well, whichever file it is in; but only one of this bridge.
  const small = { ...before, payload_bytes: { ...before.payload_bytes, median: 9000 } };
  const elsewhere = join(home.directory, 'small.json');
  writeFileSync(elsewhere, JSON.stringify({ ...saved, full: small }));
  const unmet = await home.run('perf', ['compare', '--cycles', '1', '--against', elsewhere]);
  expect(unmet.exitCode).toBe(1);
  expect(unmet.stdout).toMatch(
    /^payload: .* % less than the baseline, .*: not met: only -?[\d.]+ % less than the baseline$/m,
  );
  writeFileSync(elsewhere, JSON.stringify({ ...saved, bridge: { id: '001788fffe999999', model: null } }));
  const asked2 = asked().length;
  const refused = await home.run('perf', ['compare', '--against', elsewhere]);
  expect([refused.exitCode, asked().length]).toEqual([2, asked2]);
  expect(refused.stderr).toContain('is the baseline of another bridge: 001788fffe999999');
});

it('nothing is stored as readings', async () => {
  await home.run('perf', ['compare', '--cycles', '1']);
  expect(existsSync(home.databaseFile)).toBe(false);
});

it('a table shows both, what is saved, and the verdict', async () => {
  Object.assign(home.bridge.link, VERY_SLOW_LINK);
  const { stdout } = await home.run('perf', ['compare', '--cycles', '1']);
  expect(stdout).toMatch(/^Hue Bridge BSB002 \(001788fffe100001\), temperature sensors: 8;\n1 cycles with each/);
  expect(stdout).toMatch(/^bytes, median +\d\d \d{3} +\d\d \d{3} +\d\d\.\d %$/m);
  expect(stdout).toMatch(/^ms, p95 +[\d ]+ +[\d ]+ +\d\d\.\d %$/m);
  expect(stdout).toMatch(/^payload: \d\d\.\d % less .*: met\n^duration: \d\d\.\d % less .*: met\n/m);
  expect(stdout).toMatch(/No baseline was saved yet: node .*bin\/perf\.js .*baseline$/m);
});

it('a home without lights saves too little: exit 1, with the reason', async () => {
  home.bridge.state.home = hueHome({ motionSensors: 8, lights: 0, apps: 1 });
  const result = await home.run('perf', ['compare', '--cycles', '1', '--json']);
  expect(result.exitCode).toBe(1);
  const { outcome, criteria } = json(result);
  expect(outcome).toBe('failed');
  expect(criteria[0]).toMatchObject({
    name: 'payload',
    met: false,
    reason: expect.stringMatching(/few lights, scenes and rules saves little/) as string,
  });
});

it('if the sensors take as long, the cycle is not faster: exit 1, reported on stderr with --quiet', async () => {
  Object.assign(home.bridge.link, { firstByteMs: 0, bytesPerMs: Infinity });
  home.bridge.faults.always('/sensors', fault.slowFirstByte(1000));
  const { exitCode, stdout, stderr } = await home.run('perf', ['compare', '--cycles', '1', '--quiet']);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^perf: duration: -[\d.]+ % less than .*not met: .*the rest of a cycle is the same for both\n$/,
  );
});

it('an endpoint that only works by falling back is not measured', async () => {
  home.bridge.faults.always('/sensors', fault.empty());
  const result = await home.run('perf', ['compare', '--cycles', '1', '--json']);
  expect(result.exitCode).toBe(1);
  expect(json(result)).toMatchObject({ outcome: 'failed', error: { type: 'invalid_response' } });
});

it('a refused key is exit 4, with the message of the collector', async () => {
  home.configure({}, { hue: { username: 'another-key-0123456789' } });
  const { exitCode, stderr } = await home.run('perf', ['baseline', '--cycles', '1']);
  expect(exitCode).toBe(4);
  expect(stderr).toMatch(/^perf: the bridge refused the key .*\nPair again, .*: node .*bin\/auth-hue\.js/);
  expect(existsSync(baselineFile())).toBe(false);
});

it('a bridge that does not answer is exit 1', async () => {
  await home.bridge.close();
  const { exitCode, stderr } = await home.run('perf', ['compare', '--cycles', '1']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^perf: .*refused the connection/);
});

it('a damaged baseline is named, with the command that fixes it', async () => {
  mkdirSync(home.dataDirectory);
  writeFileSync(baselineFile(), '{"version":1,"full":');
  const { exitCode, stderr } = await home.run('perf', ['compare', '--cycles', '1']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`perf: ${baselineFile()} is not a baseline of this program\nMeasure it again: node `);
  expect((await home.run('perf', ['baseline', '--cycles', '1'])).exitCode).toBe(0);
});

it.each([
  [[], /say what to do: baseline or compare/],
  [['measure'], /say what to do: baseline or compare/],
  [['compare', 'more'], /unexpected argument "more"/],
  [['compare', '--cycles', '0'], /--cycles is "0"; it can be a whole number from 1 to 1000/],
  [['baseline', '--cycles', '2.5'], /--cycles is "2.5"/],
])('perf %j is a usage error', async (words, said) => {
  const { exitCode, stderr } = await home.run('perf', words);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(said);
  expect(home.bridge.requests).toEqual([]);
});

it('without an enabled bridge it is exit 2', async () => {
  home.configure({ hue: { enabled: false }, amazon_aqm: { enabled: true } });
  const { exitCode, stderr } = await home.run('perf', ['baseline']);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^perf: hue is not enabled in /)]);
});

it('SIGTERM ends it in the middle of a cycle', async () => {
  home.bridge.faults.always(`GET /api/${home.bridge.key}`, fault.silence());
  const { child, result } = home.start('perf', ['baseline']);
  await until(() => asked().length > 0);
  child.kill('SIGTERM');
  const { exitCode, stderr } = await result;
  expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^perf: interrupted by SIGTERM\n/)]);
});

it('a terminal shows the progress', async () => {
  const words = [process.execPath, join(PROJECT_ROOT, 'bin/perf.js'), 'baseline', '--cycles', '2', ...home.flags];
  const child = spawn('script', ['--quiet', '--return', '--command', words.join(' '), '/dev/null']);
  let screen = '';
  child.stdout.on('data', (text: Buffer) => (screen += text.toString()));
  const exitCode = await new Promise((resolve) => child.once('close', resolve));
  expect(exitCode).toBe(0);
  const bars = `\r[${'-'.repeat(20)}] 0 of 2 cycles\r[${'#'.repeat(10)}${'-'.repeat(10)}] 1 of 2 cycles`;
  const begins = `${bars}\r\u001b[KHue Bridge BSB002`;
  expect(screen.slice(0, begins.length)).toBe(begins);
});
