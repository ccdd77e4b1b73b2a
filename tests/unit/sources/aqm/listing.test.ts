/** Amazon's device list fails, is a part or is empty, for weeks: the monitors known so far are still read. */
import { applianceOf } from '../../../../lib/simulator/aqm-endpoints';
import { fault } from '../../../../lib/simulator/faults';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { DAY, DISCOVERY, HOUR, MINUTE, REFRESH, STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

/** Two monitors that were listed a day and an hour ago. */
async function homeWithOldList(): Promise<AqmHome> {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.changeSession(({ discovery }) => {
    if (discovery) discovery.found_at = new Date(home.now().getTime() - 25 * HOUR).toISOString();
  });
  return home;
}

const idOf = (home: AqmHome, nameOrNumber: string | number) => `alexa:${home.cloud.monitor(nameOrNumber).serial}`;
const namesIn = (home: AqmHome) => home.session().discovery?.monitors.map(({ name }) => name);
const namesRead = ({ report }: Awaited<ReturnType<AqmHome['cycle']>>) =>
  report?.readings.map(({ location }) => location).sort();

describe('a list that cannot be obtained', () => {
  test.each([
    ['throttled', fault.throttledList(), 'rate_limited'],
    ['429', fault.tooManyRequests(), 'rate_limited'],
    ['400', fault.status(400), 'http'],
    ['299', fault.status(299), 'http'],
    ['503', fault.status(503), 'http'],
    ['a web page', fault.html(), 'invalid_response'],
    [
      'a list of errors',
      fault.json({ errors: [{ message: 'Internal' }], data: { endpoints: null } }),
      'invalid_response',
    ],
    ['FORBIDDEN', fault.forbiddenGraphql(), 'unauthorized'],
    ['a reset connection', fault.reset(), 'network'],
    ['empty', fault.noItems(), 'no_monitor'],
    [
      'empty, with an error',
      fault.json({ errors: [{ message: 'x' }], data: { endpoints: { items: [] } } }),
      'invalid_response',
    ],
    ['cut', fault.truncated(), 'invalid_response'],
  ])('%s: each way is tried once, in addition to the reading; a warning', async (_name, what, error_type) => {
    const home = await homeWithOldList();
    home.cloud.faults.always('/graphql', what);
    const cycle = await home.cycle();
    // If the session or the network is the reason, the other way has it, too.
    const ways = ['unauthorized', 'network'].includes(error_type) ? [DISCOVERY] : [DISCOVERY, DISCOVERY];
    expect(cycle).toMatchObject({ failure: null, asked: [STATE, ...ways], retries: 0 });
    expect(cycle.report).toMatchObject({ skipped: {}, devicesSeen: 2 });
    expect(namesRead(cycle)).toEqual(['Bedroom', 'Living room']);
    expect(cycle.login.status).toBe('accepted');
    expect(home.logged('listing_failed')).toMatchObject([{ level: 'warning', fields: { error_type } }]);
    // It limits the list alone: the state goes on being asked for.
    expect(home.session().rate_limit).toBeNull();
    expect((await home.cycle()).asked).toEqual([STATE]);
    expect(namesIn(home)).toEqual(['Living room', 'Bedroom']);
  });

  test('is tried after longer and longer waits, at least once a day; every cycle reads both monitors', async () => {
    const home = await homeWithOldList();
    home.cloud.faults.always('/graphql', fault.throttledList());
    expect((await home.cycle()).asked).toEqual([STATE, DISCOVERY, DISCOVERY]);
    for (const minutes of [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]) {
      home.wait(minutes * MINUTE - 1);
      const quiet = await home.cycle();
      home.wait(1);
      const trying = await home.cycle();
      expect([quiet.report?.readings.length, trying.report?.readings.length]).toEqual([2, 2]);
      expect(quiet.asked).not.toContain(DISCOVERY);
      expect(trying.asked.filter((request) => request === DISCOVERY)).toHaveLength(2);
    }
    home.cloud.faults.clear();
    home.wait(DAY);
    expect((await home.cycle()).asked).toContain(DISCOVERY);
    expect(home.session().discovery).toMatchObject({ next_try_at: null, failed_tries: 0 });
  });

  test('a next try that a clock set ahead put too far off is over', async () => {
    const home = await homeWithOldList();
    home.changeSession(({ discovery }) => {
      if (discovery) discovery.next_try_at = new Date(home.now().getTime() + DAY + 2 * MINUTE).toISOString();
    });
    expect((await home.cycle()).asked).toEqual([STATE, DISCOVERY]);
  });

  test('a session file of an earlier version is read', async () => {
    const home = await homeWithOldList();
    home.changeSession((state) => {
      const { found_at, monitors, not_found } = state.discovery ?? { monitors: [] };
      Object.assign(state, { discovery: { found_at, monitors, not_found } });
    });
    home.cloud.faults.always('/graphql', fault.throttledList());
    expect((await home.cycle()).report?.readings).toHaveLength(2);
    expect(home.logged('session_discarded')).toEqual([]);
  });

  test.each([
    ['throttled', fault.throttledList(), 'rate_limited', 0],
    ['a part without a monitor', fault.json({ data: { endpoints: { items: [null] } } }), 'invalid_response', 3],
    [
      'an error and nothing else',
      fault.json({ errors: [{}], data: { endpoints: { items: [] } } }),
      'invalid_response',
      6,
    ],
  ])('%s, and none is remembered: that is the failure of the cycle', async (_name, what, type, expected) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('/graphql', what);
    const { failure, asked, retries } = await home.cycle();
    expect(failure).toMatchObject({ type });
    expect(asked).not.toContain(STATE);
    expect(retries).toBe(expected);
    expect(home.session().rate_limit === null).toBe(type !== 'rate_limited');
  });

  test('after another login the monitors of the former one are still read', async () => {
    const home = await homeWithOldList();
    home.cloud.faults.always('/graphql', fault.throttledList());
    await home.cycle();
    const { asked, report } = await home.cycle({ refreshToken: home.cloud.account.rotateRefreshToken() });
    expect(asked).toEqual([...REFRESH, STATE, DISCOVERY, DISCOVERY]);
    expect(report?.readings).toHaveLength(2);
  });

  test('for a check, too, the remembered monitors are used, and it says so', async () => {
    const home = await homeWithOldList();
    home.cloud.faults.always('/graphql', fault.throttledList());
    const { monitors, devices } = await home.source({ cookiesOnly: true }).inspect();
    expect([monitors.length, devices.filter((device) => !('skip' in device)).length]).toEqual([2, 2]);
    expect(home.logged('listing_failed')).toHaveLength(1);
    await home.cycle();
    const before = home.cloud.requests.length;
    await home.source({ cookiesOnly: true }).inspect();
    expect(home.cloud.requests.slice(before).map(({ path }) => path)).toEqual(['/api/phoenix/state']);
    expect(home.logged('listing_failed')).toHaveLength(3);
  });
});

describe('a monitor that Amazon does not know by its id any more', () => {
  test.each([
    ['the list fails', fault.status(503), fault.none()],
    ['the list is throttled', fault.throttledList(), fault.none()],
    ['the list helps, and the second state fails', fault.none(), fault.status(503)],
    ['the list helps, and the second state is refused', fault.none(), fault.deadCookies()],
  ])('%s: the other one is read', async (_name, list, secondState) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.monitor('Bedroom').entityId = '77777777-7777-4777-8777-777777777777';
    home.cloud.faults.always('/graphql', list);
    home.cloud.faults.next(STATE, fault.none());
    home.cloud.faults.next(STATE, secondState);
    const cycle = await home.cycle();
    expect(cycle.failure).toBeNull();
    expect(namesRead(cycle)).toEqual(['Living room']);
    expect(cycle.report).toMatchObject({ skipped: { [idOf(home, 'Bedroom')]: 'unreachable' }, devicesSeen: 2 });
    home.cloud.faults.clear();
    home.wait(10 * MINUTE);
    expect(namesRead(await home.cycle())).toEqual(['Bedroom', 'Living room']);
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('what the first answer sent stays, after any second one', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 3 });
    await home.cycle();
    home.cloud.monitor(2).entityId = '77777777-7777-4777-8777-777777777777';
    home.cloud.monitor(3).connectivity = 'gone';
    const cycle = await home.cycle();
    expect(namesRead(cycle)).toEqual(['Bedroom', 'Living room']);
    expect(cycle.report).toMatchObject({ skipped: { [idOf(home, 3)]: 'unreachable' }, devicesSeen: 3 });
    const asked = home.cloud.requests.at(-1)?.body;
    expect(JSON.parse(asked ?? '')).toEqual({
      stateRequests: [{ entityId: home.cloud.monitor(2).entityId, entityType: 'ENTITY' }],
    });
  });
});

describe('a part of the list', () => {
  test.each(['nulled', 'null'] as const)('%s: no monitor is dropped, a warning, listed again soon', async (listed) => {
    const home = await homeWithOldList();
    home.cloud.monitor('Bedroom').discovery.listed = listed;
    const cycle = await home.cycle();
    expect(cycle).toMatchObject({ failure: null, asked: [STATE, DISCOVERY, DISCOVERY] });
    expect(namesRead(cycle)).toEqual(['Bedroom', 'Living room']);
    expect(home.logged('listing_failed')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('1 of 5 devices cannot be read') as string },
    ]);
    const next = await home.cycle();
    expect(next.asked).toEqual([STATE]);
    expect(namesRead(next)).toEqual(['Bedroom', 'Living room']);

    home.cloud.monitor('Bedroom').discovery.listed = 'whole';
    home.wait(10 * MINUTE);
    expect((await home.cycle()).asked).toEqual([STATE, DISCOVERY]);
    expect((await home.cycle()).asked).toEqual([STATE]);
    expect(home.session().discovery).toMatchObject({ next_try_at: null, missing: [] });
  });

  test('an error together with the monitors is enough to make it one', async () => {
    const home = await homeWithOldList();
    const items = [{ legacyAppliance: applianceOf(home.cloud.monitor('Living room')) }];
    const errors = [{ message: 'some are missing' }];
    home.cloud.faults.always('/graphql', fault.json({ errors, data: { endpoints: { items } } }));
    for (let cycle = 0; cycle < 3; cycle++) {
      expect(namesRead(await home.cycle())).toEqual(['Bedroom', 'Living room']);
      home.wait(DAY);
    }
    expect(home.logged('listing_failed')).toHaveLength(3);
    expect(home.logged('device_vanished')).toEqual([]);
  });

  test('as the first list: what it shows is read, the rest as soon as it is shown', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.monitor('Bedroom').discovery.listed = 'null';
    expect(namesRead(await home.cycle())).toEqual(['Living room']);
    expect(home.logged('listing_failed')).toHaveLength(1);
    home.cloud.monitor('Bedroom').discovery.listed = 'whole';
    home.wait(10 * MINUTE);
    const cycle = await home.cycle();
    expect(cycle.asked).toEqual([STATE, DISCOVERY, STATE]);
    expect(namesRead(cycle)).toEqual(['Bedroom', 'Living room']);
    expect(cycle.report).toMatchObject({ skipped: {}, devicesSeen: 2 });
  });
});

describe('the second way to the list, listEndpoints', () => {
  const ids = (home: AqmHome) => home.cloud.state.monitors.map(({ serial }) => `alexa:${serial}`).sort();

  test.each([
    ['throttled', fault.throttledList()],
    ['gone', fault.status(299)],
    ['empty', fault.noItems()],
  ])('is asked where the first one is %s', async (_name, what) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('GRAPHQL endpoints', what);
    const { report, failure } = await home.cycle();
    expect(failure).toBeNull();
    expect(report?.readings.map(({ device_id }) => device_id).sort()).toEqual(ids(home));
    expect(home.logged('listing_failed')).toEqual([]);
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('a block that Amazon left out is replaced by what else is told, and by the meanings that are remembered', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    const monitor = home.cloud.monitor(1);
    monitor.quantities.voc.instance = '12';
    monitor.discovery.listed = 'nulled';
    const first = await home.cycle();
    expect(first.report?.readings).toMatchObject([{ location: monitor.name, voc_index: null }]);
    monitor.discovery.listed = 'whole';
    home.wait(10 * MINUTE);
    await home.cycle();
    monitor.discovery.listed = 'nulled';
    home.changeSession(({ discovery }) => Object.assign(discovery ?? {}, { found_at: new Date(0).toISOString() }));
    await home.cycle();
    expect((await home.cycle()).report?.readings).toMatchObject([{ voc_index: monitor.quantities.voc.value }]);
  });

  test('a result that is not complete drops no monitor', async () => {
    const home = await homeWithOldList();
    home.cloud.faults.always('GRAPHQL endpoints', fault.throttledList());
    home.cloud.state.completeResult = false;
    home.cloud.monitor('Bedroom').discovery.listed = 'left_out';
    for (let cycle = 0; cycle < 3; cycle++) {
      expect(namesRead(await home.cycle())).toEqual(['Bedroom', 'Living room']);
      home.wait(HOUR);
    }
    expect(home.logged('device_vanished')).toEqual([]);
    expect(home.logged('listing_failed').length).toBeGreaterThan(1);
  });
});

test('the devices of the household are listed by the first way', async () => {
  const home = await startAqmHome(scratchDirectory());
  for (const monitor of home.cloud.state.monitors) monitor.discovery.listed = 'household';
  const cycle = await home.cycle();
  expect(namesRead(cycle)).toEqual(['Bedroom', 'Living room']);
  expect(cycle.asked.filter((request) => request === DISCOVERY)).toHaveLength(1);
});

describe('a whole list that leaves a monitor out', () => {
  test('once drops nothing; twice in a row drops it, and says so', async () => {
    const home = await homeWithOldList();
    home.cloud.monitor('Bedroom').discovery.listed = 'left_out';
    for (const names of [
      ['Bedroom', 'Living room'],
      ['Bedroom', 'Living room'],
    ]) {
      expect(namesRead(await home.cycle())).toEqual(names);
    }
    expect(home.logged('device_vanished')).toEqual([]);
    home.wait(DAY);
    await home.cycle();
    expect(home.logged('device_vanished')).toMatchObject([
      { level: 'warning', fields: { device_id: idOf(home, 'Bedroom') } },
    ]);
    expect(namesRead(await home.cycle())).toEqual(['Living room']);
    expect(home.logged('device_vanished')).toHaveLength(1);
  });

  test('and shows it again the next time: it is not missed any more', async () => {
    const home = await homeWithOldList();
    for (const listed of ['left_out', 'whole', 'left_out', 'whole'] as const) {
      home.cloud.monitor('Bedroom').discovery.listed = listed;
      expect(namesRead(await home.cycle())).toEqual(['Bedroom', 'Living room']);
      home.wait(DAY);
    }
    expect(home.logged('device_vanished')).toEqual([]);
  });

  test('a monitor that is registered again is not missed under its former id', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.monitor('Bedroom').entityId = '77777777-7777-4777-8777-777777777777';
    await home.cycle();
    expect(home.session().discovery).toMatchObject({ missing: [] });
    expect(namesIn(home)).toEqual(['Living room', 'Bedroom']);
  });
});
