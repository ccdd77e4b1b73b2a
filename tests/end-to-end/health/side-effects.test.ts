/** Health runs often, while collectors work: it changes nothing and does not disturb them. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../../support/as-user';
import { askHealth, openBench, type Bench } from './bench';
import { logInAtAmazon } from './log-in';

let bench: Bench;

/** Every file of the home with its content, except SQLite's working files and the state of health itself. */
function snapshot(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  const kept = files.filter(
    (file) => statSync(file).isFile() && !/readings\.db-(wal|shm)$|\.lock$|health-amazon\.json$/.test(file),
  );
  return Object.fromEntries(
    kept.map((file) => [
      file,
      `${statSync(file).mode} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
    ]),
  );
}

test('with an alert active, a login refused and readings stored, nothing in the home is changed', async () => {
  bench = await openBench();
  bench.home.cloud.account.revokeRefreshToken();
  bench.home.cloud.account.expireCookies();
  expect(await bench.run('collect-aqm')).toMatchObject({ exitCode: 4 }); // raises the alert
  await askHealth(bench); // copies the WAL into the database
  const before = snapshot(bench.home.directory);
  for (let times = 0; times < 3; times++) expect(await askHealth(bench)).toMatchObject({ exitCode: 1 });
  const after = snapshot(bench.home.directory);
  const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
  expect(changed).toEqual([]);
  expect(Object.keys(before).filter((file) => !(file in after))).toEqual([]);
  await logInAtAmazon(bench);
});

(isRoot ? test : test.skip)('(as root) one health run by sudo leaves nothing of root behind', async () => {
  bench = await openBench();
  bench.home.cloud.account.expireCookies(); // so that there is something to write
  expect(await bench.run('health', ['--fresh'], { uid: 0 })).toMatchObject({ exitCode: 0 });
  const files = readdirSync(bench.home.directory, { recursive: true, encoding: 'utf8' });
  const ofRoot = files.filter((file) => statSync(join(bench.home.directory, file)).uid === 0);
  expect(ofRoot).toEqual([]);
  expect(files).toContain('data/health-amazon.json');
  for (const command of ['collect-hue', 'collect-aqm']) expect(await bench.run(command)).toMatchObject({ exitCode: 0 });
});

test('hundreds of health runs together with a collector: no cycle fails or retries, and no health run fails', async () => {
  bench = await openBench();
  let healthRuns = 0;
  let cycles = 0;
  let over = false;
  const ask = async () => {
    while (healthRuns < 200) {
      healthRuns++;
      expect(await askHealth(bench, ['database', 'freshness'])).toMatchObject({ exitCode: 0 });
    }
  };
  const collect = async () => {
    while (!over) {
      expect(await bench.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
      cycles++;
    }
  };
  const collector = collect();
  await Promise.all([ask(), ask(), ask()]);
  over = true;
  await collector;

  expect(cycles).toBeGreaterThan(10);
  const rows = await bench.home.query<{ outcome: string; retries: number; count: number }>(
    'SELECT outcome, retries, count(*) AS count FROM cycles GROUP BY outcome, retries',
  );
  expect(rows).toEqual([{ outcome: 'ok', retries: 0, count: cycles + 2 }]);
  for (const event of ['retry', 'spooled', 'cycle_failed']) expect(bench.home.logged(event)).toEqual([]);
}, 120_000);
