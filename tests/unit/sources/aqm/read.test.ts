/** What a cycle reads from a simulated home over real HTTP, and what it asks for. */
import { startAqmHome } from '../../../support/aqm-home';
import { DAY, DISCOVERY, REFRESH, STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

describe('a cycle of the air quality monitors', () => {
  test('the first one logs in, lists the monitors and reads them; the next one sends one request', async () => {
    const home = await startAqmHome(scratchDirectory());
    const first = await home.cycle();
    expect(first.asked).toEqual([...REFRESH, DISCOVERY, STATE]);
    expect(first.failure).toBeNull();
    const second = await home.cycle();
    expect(second.asked).toEqual([STATE]);
    expect(second.traffic).toMatchObject({ requests: 1, endpoint: 'state' });
    expect(second.traffic.payloadBytes).toBeGreaterThan(500);
    expect(second.report?.readings).toEqual(first.report?.readings);
    expect(home.logged('http_response').at(-1)?.fields).toMatchObject({ status: 200 });
  });

  test('every quantity is stored under its own name', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    const monitor = home.cloud.monitor(1);
    const { quantities } = monitor;
    const { report } = await home.cycle();
    expect(report).toEqual({
      devicesSeen: 1,
      leftOut: 0,
      skipped: {},
      readings: [
        {
          device_id: `alexa:${monitor.serial}`,
          device_type: 'alexa_aqm',
          location: 'Living room',
          measured_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
          temperature_celsius: monitor.temperature,
          humidity_percent: quantities.humidity.value,
          voc_index: quantities.voc.value,
          pm25_ugm3: quantities.pm25.value,
          pm10_ugm3: quantities.pm10.value,
          co_ppm: quantities.co.value,
          iaq_score: quantities.iaq.value,
          light_lux: null,
          battery_percent: null,
          is_anomalous: false,
          temperature_offset_celsius: null,
        },
      ],
    });
    expect(home.logger.events.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('all ways of writing discovery mean the same', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 2 });
    const plain = await home.cycle();
    for (const monitor of home.cloud.state.monitors) {
      Object.assign(monitor.discovery, { scalarsAsStrings: true, directAssetIds: true });
      for (const quantity of Object.values(monitor.quantities)) quantity.instance = Number(quantity.instance);
    }
    home.changeSession((state) => (state.discovery = null));
    const odd = await home.cycle();
    expect(odd.asked).toEqual([DISCOVERY, STATE]);
    expect(odd.report).toEqual(plain.report);
  });

  test.each([
    ['FAHRENHEIT', 20.75],
    ['KELVIN', 20.75],
    ['CELSIUS', 20.75],
  ] as const)('%s becomes degrees Celsius', async (scale, celsius) => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    Object.assign(home.cloud.monitor(1), { scale, temperature: celsius });
    expect((await home.cycle()).report?.readings[0]?.temperature_celsius).toBe(celsius);
  });

  test('the name comes from the configuration, then the alias, then the app; without a serial the entity id is used', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 3 });
    const [first, second, third] = [home.cloud.monitor(1), home.cloud.monitor(2), home.cloud.monitor(3)];
    home.config.locations = { [first.serial]: 'Attic' };
    second.discovery.alias = 'Bathroom';
    third.discovery.tellsSerial = false;
    const { report } = await home.cycle();
    expect(report?.readings.map(({ location, device_id }) => [location, device_id])).toEqual([
      ['Attic', `alexa:${first.serial}`],
      ['Bathroom', `alexa:${second.serial}`],
      ['Kitchen', `alexa:${third.entityId}`],
    ]);
  });

  test('the device list is asked for again after a day', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.wait(DAY - 1);
    expect((await home.cycle()).asked).not.toContain(DISCOVERY);
    home.wait(1);
    expect((await home.cycle()).asked).toEqual([STATE, DISCOVERY]);
  });

  test('and when a monitor is not known any more: a device registered again is read in the same cycle', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.monitor(2).entityId = '77777777-7777-4777-8777-777777777777';
    const { asked, report } = await home.cycle();
    expect(asked).toEqual([STATE, DISCOVERY, STATE]);
    expect(report?.readings).toHaveLength(2);
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('a monitor that is listed but stays unknown is skipped, and not asked for in every cycle', async () => {
    const home = await startAqmHome(scratchDirectory());
    const { entityId } = home.cloud.monitor(2);
    const answer = {
      deviceStates: [],
      errors: [{ code: 'TargetApplianceNotFoundException', entity: { entityId, entityType: 'ENTITY' } }],
    };
    await home.cycle();
    home.cloud.state.stateBody = JSON.stringify(answer);
    expect((await home.cycle()).asked).toEqual([STATE, DISCOVERY, STATE]);
    const again = await home.cycle();
    expect(again.asked).toEqual([STATE]);
    expect(again.failure).toMatchObject({ type: 'invalid_response' });
  });

  test('offline and unreachable monitors are skipped with the reason; their old values are not stored', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 3 });
    home.cloud.monitor(1).connectivity = 'unreachable';
    home.cloud.monitor(2).connectivity = 'gone';
    const { report, failure } = await home.cycle();
    expect(failure).toBeNull();
    expect(report?.readings.map(({ location }) => location)).toEqual(['Kitchen']);
    expect(report?.skipped).toEqual({
      [`alexa:${home.cloud.monitor(1).serial}`]: 'offline',
      [`alexa:${home.cloud.monitor(2).serial}`]: 'unreachable',
    });
  });

  test('a temperature outside the limits of the configuration is marked, not dropped', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.monitor(1).temperature = 45;
    const { report } = await home.cycle();
    expect(report?.readings.map(({ is_anomalous }) => is_anomalous)).toEqual([true, false]);
  });

  test('two devices with one serial: the second is skipped', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.monitor(2).serial = home.cloud.monitor(1).serial;
    const { report } = await home.cycle();
    expect(report?.readings).toHaveLength(1);
    expect(report?.skipped).toEqual({ [`alexa:${home.cloud.monitor(1).serial}`]: 'duplicate_id' });
    expect(report?.devicesSeen).toBe(2);
  });

  test('listMonitors asks now, also if a list is remembered', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    const before = home.cloud.requests.length;
    const monitors = await home.source().listMonitors();
    expect(monitors.map(({ name }) => name)).toEqual(['Living room', 'Bedroom']);
    expect(home.cloud.requests.slice(before).map(({ path }) => path)).toEqual(['/nexus/v1/graphql']);
  });
});
