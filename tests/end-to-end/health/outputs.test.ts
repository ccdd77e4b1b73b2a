/** No form of output shows a secret, even if many checks fail, and each goes to the right stream. */
import { fault } from '../../../lib/simulator/faults';
import { UNUSED_EMAIL } from '../../support/constants';
import { openBench, type Bench } from './bench';

let bench: Bench;

const FORMS: readonly { name: string; args: readonly string[]; environment?: Record<string, string> }[] = [
  { name: 'plain lines', args: [] },
  { name: 'verbose', args: ['--verbose'] },
  { name: 'quiet', args: ['--quiet'] },
  { name: 'json', args: ['--json'] },
  { name: 'line', args: ['--line'] },
  { name: 'GitHub Actions', args: [], environment: { GITHUB_ACTIONS: 'true' } },
  { name: 'json in GitHub Actions', args: ['--json'], environment: { GITHUB_ACTIONS: 'true' } },
  { name: 'line in GitHub Actions', args: ['--line'], environment: { GITHUB_ACTIONS: 'true' } },
];

test('keys, tokens and cookies are in no output, though devices and database send them back in their errors', async () => {
  bench = await openBench();
  const { bridge, home } = bench;
  const { cloud } = home;
  const token = cloud.account.refreshToken;
  // A bridge and a cloud that repeat the secrets, and a cycle whose stored error contains them.
  const quoted = `${bridge.key} ${token} ${encodeURIComponent(token)}`;
  bridge.faults.always('*', fault.json([{ error: { type: 7, address: `/api/${bridge.key}`, description: quoted } }]));
  cloud.faults.always('*', fault.json({ errors: [{ message: quoted }], data: { endpoints: null } }));
  await bench.run('collect-hue');
  await bench.run('collect-aqm');
  for (const { args, environment = {} } of FORMS) {
    const { stdout, stderr, exitCode } = await bench.run('health', ['--fresh', ...args], { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(stdout).toMatch(/hue/);
    for (const secret of [bridge.key, token, encodeURIComponent(token), token.slice(5)]) {
      expect(stdout).not.toContain(secret);
    }
  }
});

test('annotations are added only to text; json and line do not change', async () => {
  bench = await openBench({ cycles: false, secrets: { email: UNUSED_EMAIL } }); // somebody would be told: no warning of that
  bench.home.bridge.state.keys.clear();
  for (const { args, environment = {} } of FORMS) {
    const { stdout } = await bench.run('health', args, { environment });
    const annotated = environment['GITHUB_ACTIONS'] === 'true' && args.length === 0;
    expect(/^::error title=hue::/m.test(stdout)).toBe(annotated);
    if (args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ exit_code: 1 });
    if (args.includes('--line')) expect(stdout).toMatch(/^WARNING: hue \| fail=1 warn=0 time=\d+\.\d+s\n$/);
  }
});

test('a usage error has the shape of health, too', async () => {
  bench = await openBench({ cycles: false });
  const { stdout, exitCode } = await bench.run('health', ['--json', '--ofline']);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'critical', checks: [], exit_code: 2, error: { type: 'usage' } });
});
