/** What a cycle does when it is safe: it reports to a monitor outside, and forgets what is too old. */
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

test('each collector reports its own cycles, with the exit code where one failed', async () => {
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

test('a monitor that is not there changes nothing of the outcome', async () => {
  home = await openHome({ secrets: { heartbeat: { hue: 'http://127.0.0.1:9/hue-uuid' } } });
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(home.logged('heartbeat_failed').at(-1)).toMatchObject({ level: 'warning', error_type: 'network' });
});

test('collect-hue forgets what is older than storage.retention_days', async () => {
  home = await openHome({ config: { storage: { retention_days: 30 } } });
  await home.run('collect-hue');
  // A year ago, as much as one run takes away.
  await store(
    configIn(home.directory),
    Array.from({ length: 150 }, (_, n) => nthCycle(n - 105_120)),
  );
  expect(await home.query('SELECT count(*) AS n FROM cycles')).toEqual([{ n: 151 }]);
  // Stored last, they are what the clock is checked against: only after 100 new cycles is it believed.
  const now = Date.now();
  await store(
    configIn(home.directory),
    Array.from({ length: 101 }, (_, n) => {
      const cycle = nthCycle(n);
      cycle.record.started_at = new Date(now - (101 - n) * 60_000).toISOString();
      return cycle;
    }),
  );
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect(await home.query('SELECT count(*) AS n FROM cycles')).toEqual([{ n: 103 }]);
  expect(home.logged('retention')).toEqual([expect.objectContaining({ cycles: 150, retention_days: 30 })]);
});
