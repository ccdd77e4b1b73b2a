/** health must leave Amazon's rate limit to the collectors: it asks at most once in five minutes, and does not change the login. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fault } from '../../../lib/simulator/faults';
import type { SessionState } from '../../../lib/sources/aqm/session-state';
import { openBench, type Bench, type HealthJson } from './bench';

let bench: Bench;

const asked = () => bench.home.cloud.requests.splice(0).map(({ method, path }) => `${method} ${path}`);
const ONE_LOOK = ['POST /nexus/v1/graphql', 'POST /api/phoenix/state'];
const session = () =>
  JSON.parse(readFileSync(join(bench.home.dataDirectory, 'amazon-session.json'), 'utf8')) as SessionState;

async function look(...args: string[]) {
  const { stdout } = await bench.run('health', ['--json', 'amazon_aqm', ...args]);
  const check = (JSON.parse(stdout) as HealthJson).checks[0];
  if (check === undefined) throw new Error(stdout);
  return check;
}

test('a second run shows the first answer with its age; --fresh and a new login ask again', async () => {
  bench = await openBench();
  asked();
  expect(await look()).toMatchObject({ status: 'pass', message: expect.not.stringContaining('ago') as string });
  expect(asked()).toEqual(ONE_LOOK);
  expect(await look()).toMatchObject({
    status: 'pass',
    message: expect.stringMatching(/answer of \d+ s ago/) as string,
  });
  expect(asked()).toEqual([]);
  await look('--fresh');
  expect(asked()).toEqual(ONE_LOOK);

  bench.configure({}, { amazon: { refresh_token: bench.home.cloud.account.rotateRefreshToken() } });
  await look();
  expect(asked()).toEqual(expect.arrayContaining(ONE_LOOK));
  expect(statSync(join(bench.home.dataDirectory, 'health-amazon.json')).mode & 0o777).toBe(0o600);
});

test('an answer of more than five minutes is asked for again', async () => {
  bench = await openBench();
  await look();
  asked();
  bench.wrapper = ['faketime', '-f', '+301'];
  await look();
  expect(asked()).toEqual(ONE_LOOK);
});

test('of several runs at once, one asks', async () => {
  bench = await openBench();
  asked();
  const answers = await Promise.all([look(), look(), look(), look()]);
  expect(answers.map(({ status }) => status)).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(asked()).toEqual(ONE_LOOK);
});

test('a token that Amazon accepts again: right at once, also within the five minutes', async () => {
  bench = await openBench();
  const { account, faults } = bench.home.cloud;
  account.expireCookies();
  const accept = faults.always('/auth/token', fault.invalidGrant());
  expect(await look()).toMatchObject({ status: 'fail' });
  accept();
  await bench.run('collect-aqm');
  expect(await look()).toMatchObject({ status: 'pass' });
});

test('dead cookies are renewed, and the next cycle uses the new ones', async () => {
  bench = await openBench();
  bench.home.cloud.account.expireCookies();
  const before = session();
  expect(await look()).toMatchObject({ status: 'pass', message: expect.stringContaining('2 monitors') as string });
  expect({ ...session(), cookies: null }).toEqual({ ...before, cookies: null });
  expect(session().cookies).not.toEqual(before.cookies);
  asked();
  expect(await bench.run('collect-aqm')).toMatchObject({ exitCode: 0 });
  expect(asked()).toEqual(['POST /api/phoenix/state']);
});

test('a rate limit, a refusal and an unknown quantity that health gets change nothing for the collectors', async () => {
  bench = await openBench();
  const before = session();
  const { faults, account } = bench.home.cloud;
  faults.always('*', fault.tooManyRequests());
  expect(await look('--fresh')).toMatchObject({ status: 'fail' });
  faults.clear();
  account.refuseFreshCookies = true;
  for (let times = 0; times < 4; times++) expect(await look('--fresh')).toMatchObject({ status: 'fail' });
  account.refuseFreshCookies = false;
  expect({ ...session(), cookies: null }).toEqual({ ...before, cookies: null });
  asked();
  expect(await bench.run('collect-aqm')).toMatchObject({ exitCode: 0 });
  expect(asked()).toContain('POST /api/phoenix/state');
});
