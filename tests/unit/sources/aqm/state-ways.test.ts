/** The address of the states is gone: the other way is used, in the same cycle, and the usual one tried now and then. */
import { fault } from '../../../../lib/simulator/faults';
import { startAqmHome } from '../../../support/aqm-home';
import { DISCOVERY, HOUR, STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

test.each([
  ['299', fault.status(299)],
  ['404', fault.status(404)],
  ['410', fault.status(410)],
  ['a web page', fault.html()],
])('%s in two cycles in a row: listEndpoints tells the same', async (_name, what) => {
  const home = await startAqmHome(scratchDirectory());
  home.cloud.monitor(1).quantities.voc.instance = '12';
  home.cloud.monitor(2).scale = 'FAHRENHEIT';
  const usual = await home.cycle();
  const back = home.cloud.faults.always(STATE, what);
  expect((await home.cycle()).failure?.remediation).toContain('look for a newer version');

  const other = await home.cycle();
  expect(other).toMatchObject({ failure: null, asked: [STATE, DISCOVERY], traffic: { endpoint: 'state' } });
  const withoutTime = (cycle: typeof usual) => cycle.report?.readings.map((one) => ({ ...one, measured_at: null }));
  expect(withoutTime(other)).toEqual(withoutTime(usual));
  expect(home.logged('fallback')).toMatchObject([{ level: 'warning' }]);
  expect((await home.cycle()).asked).toEqual([DISCOVERY]);
  expect((await home.source({ cookiesOnly: true }).inspect()).stateWay).toBe('listEndpoints');

  home.wait(HOUR);
  expect(await home.cycle()).toMatchObject({ failure: null, asked: [STATE, DISCOVERY] });
  back();
  home.wait(HOUR);
  expect((await home.cycle()).asked).toEqual([STATE]);
  expect((await home.cycle()).asked).toEqual([STATE]);
  expect(home.logged('fallback')).toHaveLength(1);
});

test('both ways are gone: no waiting is recommended', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.always(/state$|graphql$/, fault.status(404));
  await home.cycle();
  const { failure } = await home.cycle();
  expect(failure).toMatchObject({ type: 'http', permanent: true });
  expect(failure?.message).toContain('both ways');
  expect(failure?.remediation).toMatch(/look for a newer version.*Waiting does not help/);
  home.cloud.faults.clear();
  expect((await home.cycle()).failure).toBeNull();
});

test('another failure between them: still two in a row; a good answer begins anew', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.cloud.faults.next(STATE, fault.status(404), 4);
  await home.cycle();
  await home.cycle();
  home.cloud.faults.next(STATE, fault.status(404), 4);
  expect((await home.cycle()).failure).toMatchObject({ type: 'http' });
  expect(home.logged('fallback')).toEqual([]);
});

test('monitors that are offline, unreachable, or miss a quantity look the same by the other way', async () => {
  const home = await startAqmHome(scratchDirectory(), { monitors: 3 });
  await home.cycle();
  home.cloud.monitor(1).connectivity = 'unreachable';
  home.cloud.monitor(2).connectivity = 'gone';
  Object.assign(home.cloud.monitor(3), { temperature: null });
  home.cloud.faults.always(STATE, fault.status(410));
  await home.cycle();
  const { report } = await home.cycle();
  expect(report?.skipped).toEqual({
    [`alexa:${home.cloud.monitor(1).serial}`]: 'offline',
    [`alexa:${home.cloud.monitor(2).serial}`]: 'unreachable',
  });
  expect(report?.readings).toMatchObject([{ location: 'Kitchen', temperature_celsius: null }]);
  expect(home.logged('broken_element')).toEqual([]);
});
