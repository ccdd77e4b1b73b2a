/** Which devices are judged by the age of their measurements, and which are not. */
import { askHealth, openBench, type Bench } from './bench';
import { storeCycle } from './store-cycle';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ cloud: false });
  bench.bridge.home.ages[hall().temperatureId] = 7200;
  await collect();
  expect(await freshness()).toMatchObject({ status: 'fail', message: expect.stringContaining('Hall') as string });
});

const hall = () => bench.bridge.motionSensor('Hall');
const collect = async () => expect(await bench.run('collect-hue')).toMatchObject({ exitCode: 0 });
const freshness = async () => (await askHealth(bench, ['freshness'])).checks[0];

test('a sensor that was switched off is not judged', async () => {
  hall().temperature.config.on = false;
  await collect();
  expect(await freshness()).toMatchObject({
    status: 'pass',
    message: expect.stringContaining('hue: 7 devices') as string,
  });
});

test('a sensor that the bridge does not list any more is told once in the log, and for a week here', async () => {
  const id = `hue:${hall().temperature.uniqueid ?? ''}`;
  Reflect.deleteProperty(bench.bridge.home.resources.sensors, hall().temperatureId);
  await collect();
  await collect();
  expect(await freshness()).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(new RegExp(`hue no longer lists Hall \\(${id}, last reading 20`)) as string,
  });
  expect(bench.home.logged('device_vanished')).toMatchObject([{ level: 'warning', device_id: id, location: 'Hall' }]);
});

test('a sensor that is not reachable is judged', async () => {
  hall().temperature.config.reachable = false;
  await collect();
  expect(await freshness()).toMatchObject({ status: 'fail', message: expect.stringContaining('Hall') as string });
});

test('a failed cycle does not change which devices are judged: the last good one counts', async () => {
  await bench.bridge.close();
  expect(await bench.run('collect-hue')).toMatchObject({ exitCode: 1 });
  const check = await freshness();
  expect(check).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/last cycle of hue failed.*Hall/) as string,
  });
});

test('one missed cycle is a gap; a failed one whose readings were spooled is not a gap', async () => {
  bench.bridge.home.ages[hall().temperatureId] = 10;
  await collect();
  await storeCycle(bench, 5);
  await storeCycle(bench, 10, { outcome: 'failed', spooled: true });
  await storeCycle(bench, 15);
  expect(await freshness()).toMatchObject({ status: 'pass' });
  await storeCycle(bench, 25);
  expect(await freshness()).toMatchObject({
    status: 'warn',
    message: 'hue has a gap in the last 24 hours, the longest of 10 min.',
  });
});

test('a sensor whose clock is ahead is not fresh: a warning, and a failure if it lasts', async () => {
  bench.bridge.home.ages[hall().temperatureId] = -3600;
  await collect();
  const message = expect.stringMatching(/measurements from the future: Hall \(hue:.*, 60 min\)/) as string;
  expect(await freshness()).toMatchObject({ status: 'warn', message });
  await storeCycle(bench, 20, { measuredAheadMinutes: 60 });
  expect(await freshness()).toMatchObject({ status: 'fail', message });
});
