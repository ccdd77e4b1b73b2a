/** A reader of a collector's output that ends early (`… | head`) changes neither what is stored nor the exit code. */
import { fault } from '../../lib/simulator/faults';
import { openHome, type Home } from '../support/home';

let home: Home;
beforeEach(async () => {
  home = await openHome({ cloud: false });
});

it.each([['--verbose'], ['--json'], ['--dry-run']])('%s: a healthy cycle', async (flag) => {
  const running = home.start('collect-hue', [flag]);
  running.child.stdout?.destroy();
  running.child.stderr?.destroy();
  expect((await running.result).exitCode).toBe(0);
  if (flag !== '--dry-run') expect(await home.query('SELECT * FROM readings')).toHaveLength(8);
});

it.each([['--verbose'], ['--json']])('%s: a failed cycle', async (flag) => {
  home.bridge.faults.always('*', fault.status(404));
  const running = home.start('collect-hue', [flag]);
  running.child.stdout?.destroy();
  running.child.stderr?.destroy();
  expect((await running.result).exitCode).toBe(1);
  expect(await home.query('SELECT outcome FROM cycles')).toEqual([{ outcome: 'failed' }]);
});
