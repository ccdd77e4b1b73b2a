/** What a cycle does after it is stored: it reports to an external monitor, and deletes what is too old. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openHome, type Home } from '../support/home';
import { nthCycle } from '../support/cycles';
import { configIn, store } from '../support/report-home';

let home: Home;

async function monitor() {
  const pings: string[] = [];
  const server = createServer((request, response) => {
    pings.push(request.url ?? '');
    request.resume().on('end', () => response.end('OK'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { pings, url, close: () => server.close() };
}

test('each collector reports its own cycles, with the exit code if one failed', async () => {
  const { pings, url, close } = await monitor();
  home = await openHome({ secrets: { heartbeat: { hue: `${url}/hue-uuid`, amazon_aqm: `${url}/aqm-uuid` } } });
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  expect((await home.run('collect-aqm')).exitCode).toBe(0);
  expect(pings).toEqual(['/hue-uuid/start', '/hue-uuid', '/aqm-uuid/start', '/aqm-uuid']);
  pings.length = 0;
  await home.bridge.close();
  const failed = await home.run('collect-hue');
  expect(failed.exitCode).toBe(1);
  expect(pings.sort()).toEqual(['/hue-uuid/1', '/hue-uuid/start']);
  await home.run('collect-aqm', ['--dry-run']);
  expect(pings).toHaveLength(2);
  expect(JSON.stringify(home.logLines()) + failed.stderr).not.toContain('uuid');
  close();
});

test('a monitor that does not answer does not change the outcome', async () => {
  home = await openHome({ secrets: { heartbeat: { hue: 'http://127.0.0.1:9/hue-uuid' } } });
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(home.logged('heartbeat_failed').at(-1)).toMatchObject({ level: 'warning', error_type: 'network' });
});

/** A year ago, as many cycles as one run deletes. */
const storeLastYear = () =>
  store(
    configIn(home.directory),
    Array.from({ length: 150 }, (_, n) => nthCycle(n - 105_120)),
  );
const countCycles = async () => (await home.query('SELECT count(*) AS n FROM cycles'))[0]?.['n'];

test.each([
  ['collect-hue', { cloud: false }],
  ['collect-aqm', { bridge: false }],
] as const)(
  '%s forgets what is older than storage.retention_days, in a home without the other one',
  async (command, has) => {
    home = await openHome({ ...has, config: { storage: { retention_days: 30 } } });
    await storeLastYear();
    expect(await home.run(command)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await countCycles()).toBe(1);
    expect(home.logged('retention')).toEqual([expect.objectContaining({ cycles: 150, retention_days: 30 })]);
  },
);

test('a failed cycle, and a dry run, delete nothing', async () => {
  home = await openHome({ config: { storage: { retention_days: 30 } } });
  await storeLastYear();
  expect((await home.run('collect-hue', ['--dry-run'])).exitCode).toBe(0);
  await home.bridge.close();
  expect((await home.run('collect-hue')).exitCode).toBe(1);
  expect(await countCycles()).toBe(151);
});

const hasFaketime = spawnSync('which', ['faketime']).status === 0;
const inAnotherTime = hasFaketime ? test : test.skip;
const note = hasFaketime ? '' : ' (skipped: faketime is not installed)';

inAnotherTime(`a clock that runs 500 days ahead, for however many cycles, costs no history${note}`, async () => {
  home = await openHome({ config: { storage: { retention_days: 365 } } });
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const ahead = Date.now() + 500 * 86_400_000;
  await store(
    configIn(home.directory),
    Array.from({ length: 112 }, (_, n) => {
      const cycle = nthCycle(n);
      // As version 1 kept them, which judged no clock.
      const unjudged = { clock: null, clock_offset_seconds: null, interval_minutes: null };
      Object.assign(cycle.record, unjudged, { started_at: new Date(ahead - (113 - n) * 300_000).toISOString() });
      return cycle;
    }),
  );
  for (const command of ['collect-hue', 'collect-aqm']) {
    expect((await home.run(command, [], { wrapper: ['faketime', '-f', '+500d'] })).exitCode).toBe(0);
  }
  expect(await countCycles()).toBe(115);
  expect(home.logged('retention')).toEqual([]);
  expect(home.logged('clock_corrected')).toMatchObject([{ level: 'warning' }, { level: 'warning' }]);
  const stamps = "SELECT clock, started_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS past FROM cycles";
  expect(await home.query(`${stamps} WHERE clock = 'corrected'`)).toEqual([
    { clock: 'corrected', past: 1 },
    { clock: 'corrected', past: 1 },
  ]);
});

inAnotherTime(`a clock that nobody contradicts but the device is doubtful, and the cycle is kept${note}`, async () => {
  home = await openHome({ bridge: { protocols: ['http'] }, cloud: false, config: { storage: { retention_days: 1 } } });
  expect((await home.run('collect-hue', [], { wrapper: ['faketime', '-f', '+40d'] })).exitCode).toBe(0);
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const [later, now] = await home.query(
    'SELECT clock, clock_offset_seconds AS seconds FROM cycles ORDER BY started_at DESC',
  );
  expect([later?.['clock'], now?.['clock']]).toEqual(['doubtful', 'ok']);
  expect(Number(later?.['seconds']) / 86_400).toBeCloseTo(-40, 1);
  expect(home.logged('clock_doubtful')).toMatchObject([{ level: 'warning' }]);
});

test('a bridge in 2016: its sensors are judged by its own clock, and health names the bridge', async () => {
  const now = () => Date.now() - 10 * 365 * 86_400_000;
  home = await openHome({ bridge: { now }, cloud: false });
  expect((await home.run('collect-hue')).exitCode).toBe(0);
  const [cycle] = await home.query('SELECT clock, clock_offset_seconds AS seconds FROM cycles');
  expect(cycle).toMatchObject({ clock: 'ok' });
  expect(Number(cycle?.['seconds']) / 86_400).toBeCloseTo(-3650, 1);
  const sql = 'SELECT max(abs(julianday(timestamp) - julianday(measured_at))) * 1440 AS minutes FROM readings';
  expect(Number((await home.query(sql))[0]?.['minutes'])).toBeLessThan(60);
  const { stdout } = await home.run('health', ['--json', 'clock', 'hue', 'freshness']);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; remediation: string }[] };
  expect(checks.map(({ name, status }) => [name, status])).toEqual([
    ['hue', 'warn'],
    ['freshness', 'pass'],
    ['clock', 'warn'],
  ]);
  for (const { remediation } of checks.filter(({ status }) => status === 'warn')) {
    expect(remediation).toContain('internet');
  }
});
