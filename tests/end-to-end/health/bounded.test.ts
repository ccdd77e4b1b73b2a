/** Even if several things hang at once, health ends in time, and names each of them. */
import { fault } from '../../../lib/simulator/faults';
import { fasterClock } from '../../support/faster-clock';
import { askHealth, openBench, type Bench } from './bench';
import { holdDatabase } from './hold-database';

let bench: Bench;

test('a hung bridge, a hung Amazon and a locked database together are reported within 15 s', async () => {
  bench = await openBench();
  bench.wrapper = fasterClock(5);
  bench.bridge.faults.always('*', fault.silence());
  bench.home.cloud.faults.always('*', fault.silence());
  await holdDatabase(bench, 'BEGIN IMMEDIATE');
  const report = await askHealth(bench);
  expect(report).toMatchObject({ status: 'critical', exitCode: 2 });
  const failed = report.checks.filter(({ status }) => status === 'fail').map(({ name }) => name);
  expect(failed).toEqual(['database', 'hue', 'amazon_aqm']);
  for (const check of report.checks) expect(check.duration_ms).toBeLessThan(10_000);
  expect(report.duration_ms).toBeLessThan(15_000);
});

test('devices that send a byte from time to time for ever do not extend the deadline', async () => {
  bench = await openBench();
  bench.wrapper = fasterClock(5);
  bench.bridge.faults.always('*', fault.drip());
  bench.home.cloud.faults.always('*', fault.drip());
  const report = await askHealth(bench, ['hue', 'amazon_aqm']);
  expect(report.checks.map(({ status }) => status)).toEqual(['fail', 'fail']);
  expect(report.exitCode).toBe(2);
  expect(report.duration_ms).toBeLessThan(15_000);
});
