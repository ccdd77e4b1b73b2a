/** Only one cycle of a collector at a time, in whatever way the last one ended; two collectors do not wait for each other. */
import { fault } from '../../lib/simulator/faults';
import { openHome, type Home } from '../support/home';
import { until } from '../support/until';

let home: Home;
beforeEach(async () => {
  home = await openHome({ config: { hue: { timeout_seconds: 300 }, amazon_aqm: { timeout_seconds: 300 } } });
});

const requests = () => [...home.bridge.requests, ...home.cloud.requests];

describe.each([
  ['collect-hue', 'collect-aqm'],
  ['collect-aqm', 'collect-hue'],
])('while %s hangs', (command, other) => {
  it(`a second one exits 5 at once without asking, ${other} goes on, and after a kill the next one works`, async () => {
    const device = command === 'collect-hue' ? home.bridge : home.cloud;
    device.faults.always('*', fault.silence());
    const first = home.start(command);
    await until(() => requests().length > 0);

    const { exitCode, stdout, stderr } = await home.run(command, ['--json']);
    expect(exitCode).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 5, outcome: 'failed', error: { type: 'overlap' } });
    expect(stderr).toContain('still running');
    expect(requests()).toHaveLength(1);
    expect(home.logged('overlap')).toMatchObject([{ level: 'warning', program: command }]);
    expect(home.logged('cycle_failed')).toEqual([]);

    expect((await home.run(other)).exitCode).toBe(0);

    first.child.kill('SIGKILL');
    expect((await first.result).signal).toBe('SIGKILL');
    device.faults.clear();
    expect((await home.run(command)).exitCode).toBe(0);
    // Neither the overlapping nor the killed cycle has a row.
    expect(await home.query('SELECT collector FROM cycles ORDER BY started_at')).toHaveLength(2);
  });
});

it('of ten started at once, each works alone or exits 5', async () => {
  const results = await Promise.all(Array.from({ length: 10 }, () => home.run('collect-hue')));
  const codes = results.map(({ exitCode }) => exitCode);
  expect([0, 5]).toEqual(expect.arrayContaining([...new Set(codes)]));
  const done = codes.filter((code) => code === 0).length;
  expect(await home.query('SELECT count(*) AS cycles FROM cycles')).toEqual([{ cycles: done }]);
  expect(home.bridge.requests).toHaveLength(done);
});
