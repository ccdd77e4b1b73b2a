/** Wrong input: each fault has its error type and a message, and does not affect the rest. */
import { startAqmCloud } from '../../../../lib/simulator/aqm-cloud';
import { createTestAuthority } from '../../../../lib/simulator/certificates';
import { fault, type Fault } from '../../../../lib/simulator/faults';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

const NOW = Date.UTC(2026, 10, 20, 12, 5);
const state = (element: object) => JSON.stringify({ timeOfSample: '2026-11-20T12:00:00Z', ...element });
const range = (instance: unknown, value: unknown) =>
  state({ namespace: 'Alexa.RangeController', name: 'rangeValue', instance, value });
/** The same element, with another time of its sample. */
const sampled = (timeOfSample: string | null, element: string) =>
  JSON.stringify({ ...(JSON.parse(element) as object), timeOfSample });
/** At another time of that day; null: at no time. */
const at = (time: string | null, element: string) => sampled(time === null ? null : `2026-11-20T${time}Z`, element);
const temperature = (value: unknown) => state({ namespace: 'Alexa.TemperatureSensor', name: 'temperature', value });

/** One monitor whose state holds exactly these elements. */
async function readElements(
  elements: unknown,
): Promise<{ home: AqmHome; cycle: Awaited<ReturnType<AqmHome['cycle']>> }> {
  const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
  home.wait(NOW - home.now().getTime());
  const { entityId } = home.cloud.monitor(1);
  home.cloud.state.stateBody = JSON.stringify({
    deviceStates: [{ entity: { entityId, entityType: 'ENTITY' }, capabilityStates: elements, error: null }],
    errors: [],
  });
  return { home, cycle: await home.cycle() };
}

describe('a broken element', () => {
  test.each([
    ['text that is not JSON', '{broken'],
    ['a number', 42],
    ['null', null],
    ['a temperature that is a string', temperature({ value: '20.75', scale: 'CELSIUS' })],
    ['a temperature of 1e9', temperature({ value: 1e9, scale: 'CELSIUS' })],
    ['a temperature below -60 °C', temperature({ value: -60.01, scale: 'CELSIUS' })],
    ['a temperature below 0 K', temperature({ value: -1, scale: 'KELVIN' })],
    ['a temperature in no known scale', temperature({ value: 20, scale: 'RANKINE' })],
    ['a temperature without a value', temperature({ scale: 'CELSIUS' })],
    ['a humidity of 101 %', range('4', 101)],
    ['a negative humidity', range('4', -1)],
    ['a humidity that is a string', range('4', '54')],
  ])('%s: a warning, and the rest of the monitor is stored', async (_name, broken) => {
    const { home, cycle } = await readElements([broken, range('9', 96)]);
    expect(cycle.failure).toBeNull();
    expect(cycle.report?.skipped).toEqual({});
    const [reading] = cycle.report?.readings ?? [];
    expect(reading).toMatchObject({ iaq_score: 96, temperature_celsius: null, humidity_percent: null });
    expect(home.logged('broken_element')).toHaveLength(1);
    expect(home.logged('broken_element')[0]).toMatchObject({ level: 'warning' });
  });

  test('NaN-like values never become numbers', async () => {
    const { cycle } = await readElements([
      temperature({ value: 'NaN', scale: 'CELSIUS' }),
      range('4', null),
      range('5', true),
      range('6', [7]),
      range('9', 1),
    ]);
    expect(cycle.report?.readings[0]).toMatchObject({
      temperature_celsius: null,
      humidity_percent: null,
      voc_index: null,
      pm25_ugm3: null,
      iaq_score: 1,
    });
  });

  test.each([
    ['the first of equally old ones', [range('4', 50), range(4, 60)], 50],
    ['the newest', [at('06:00:00', range('4', 15)), at('12:04:00', range('4', 21)), range('4', 16)], 21],
    ['one with a time before one without', [at(null, range('4', 1)), range('4', 2)], 2],
    ['the newest that is not in the future', [at('15:00:00', range('4', 1)), range('4', 2)], 2],
    ['one that can be read', [at('12:04:00', range('4', 'x')), range('4', 2)], 2],
    ['one that has a value', [at('12:04:00', range('4', null)), range('4', 2)], 2],
  ])('of several samples %s counts', async (_name, elements, humidity) => {
    const { cycle } = await readElements(elements);
    expect(cycle.report?.readings[0]).toMatchObject({ humidity_percent: humidity });
  });

  test('a null is no value: nothing is stored for it, and nothing is said', async () => {
    const nulls = [temperature(null), temperature({ value: null, scale: 'CELSIUS' }), range('4', null)];
    const some = await readElements([...nulls, range('9', 96)]);
    expect(some.cycle.report?.readings[0]).toMatchObject({ iaq_score: 96, temperature_celsius: null });
    const none = await readElements(nulls);
    expect(Object.values(none.cycle.report?.skipped ?? {})).toEqual(['no_value']);
    for (const { home } of [some, none]) expect(home.logger.events.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test.each([
    ['nothing usable', ['{broken'], 'malformed'],
    ['no list', 'what?', 'malformed'],
    ['no element at all', [], 'no_value'],
    ['a switch alone', [state({ namespace: 'Alexa.ToggleController', name: 'toggleState', value: 'ON' })], 'no_value'],
  ])('a device with %s is skipped', async (_name, elements, reason) => {
    const { home, cycle } = await readElements(elements);
    expect(cycle.failure).toBeNull();
    expect(cycle.report?.skipped).toEqual({ [`alexa:${home.cloud.monitor(1).serial}`]: reason });
  });

  test.each([
    [
      'the newest of its values',
      [at('11:50:00', range('4', 1)), at('12:01:00', range('9', 2))],
      '2026-11-20T12:01:00.000Z',
    ],
    [
      'the newest that is not in the future',
      [at('15:00:00', range('4', 1)), range('9', 2)],
      '2026-11-20T12:00:00.000Z',
    ],
    ['unknown without a time', [at(null, range('9', 1))], null],
    ['unknown before 2015', [sampled('2014-12-31T23:59:59Z', range('9', 1))], null],
    ['unknown beyond a day ahead', [sampled('2026-11-21T12:05:01Z', range('9', 1))], null],
    ['unknown without a zone', [sampled('2026-11-20T12:00:00', range('9', 1))], null],
  ])('measured_at is %s', async (_name, elements, expected) => {
    expect((await readElements(elements)).cycle.report?.readings[0]?.measured_at).toBe(expected);
  });

  test('a quantity that is hours older than the newest one is not stored as if it were as new', async () => {
    const { cycle, home } = await readElements([
      at('05:00:00', temperature({ value: 17, scale: 'CELSIUS' })),
      at('12:04:00', range('4', 50)),
      at('11:50:00', range('9', 90)),
    ]);
    expect(cycle.report?.readings).toMatchObject([
      { temperature_celsius: null, humidity_percent: 50, iaq_score: 90, measured_at: '2026-11-20T12:04:00.000Z' },
    ]);
    const { oldQuantities } = await home.source().inspect();
    expect(Object.values(oldQuantities)).toEqual([{ temperature_celsius: '2026-11-20T05:00:00.000Z' }]);
  });

  test('if all are equally old, they are stored with that time', async () => {
    const { cycle } = await readElements([at('05:00:00', temperature({ value: 17, scale: 'CELSIUS' }))]);
    expect(cycle.report?.readings).toMatchObject([
      { temperature_celsius: 17, measured_at: '2026-11-20T05:00:00.000Z' },
    ]);
  });
});

describe('a quantity without a column', () => {
  test('is reported once, and never stored under a wrong name', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    const { quantities } = home.cloud.monitor(1);
    // Amazon renumbers: VOC moves to 12, and 5 becomes something new.
    quantities.voc.instance = '12';
    quantities['radon'] = {
      instance: '5',
      assetId: 'Alexa.AirQuality.Radon',
      unitOfMeasure: '',
      maximum: 1000,
      value: 66.25,
    };
    const first = await home.cycle();
    expect(first.report?.readings[0]?.voc_index).toBe(quantities.voc.value);
    expect(Object.values(first.report?.readings[0] ?? {})).not.toContain(66.25);
    await home.cycle();
    const reported = home.logged('unknown_quantity');
    expect(reported).toHaveLength(1);
    expect(reported[0]?.fields).toMatchObject({ instance: '5', description: 'Alexa.AirQuality.Radon', value: 66.25 });
  });

  test('an undescribed instance never takes the place of a described one', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    const monitor = home.cloud.monitor(1);
    monitor.quantities.humidity.instance = '12';
    monitor.oddStates = [range('4', 99.5)];
    const { report } = await home.cycle();
    expect(report?.readings[0]?.humidity_percent).toBe(monitor.quantities.humidity.value);
    expect(home.logged('unknown_quantity')[0]?.fields).toMatchObject({ instance: '4', description: 'not described' });
  });

  test('the usual instance counts only if the monitor describes nothing', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
    const { quantities } = home.cloud.monitor(1);
    quantities.humidity.assetId = null;
    quantities.pm10.text = 'Radon';
    const { report } = await home.cycle();
    expect(report?.readings[0]).toMatchObject({ humidity_percent: quantities.humidity.value, pm10_ugm3: null });
    expect(home.logged('unknown_quantity')[0]?.fields).toMatchObject({ instance: '7', description: 'Radon' });
  });
});

describe('names and ids', () => {
  const HALF = '\ud83c';

  test('half a pair and a long name: stored repaired, one warning', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 2 });
    home.cloud.monitor(1).name = `Bedroom ${HALF}`;
    home.cloud.monitor(2).name = 'x'.repeat(1_000_000);
    const { report } = await home.cycle();
    expect(report?.readings.map(({ location }) => location)).toEqual(['Bedroom \ufffd', 'x'.repeat(255)]);
    expect(home.logged('text_repaired')).toMatchObject([{ level: 'warning' }]);
    expect(home.session().discovery?.monitors.map(({ name }) => name.length)).toEqual([9, 255]);
  });

  test('a name from an older version or the configuration is repaired, too', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 2 });
    home.config.locations[home.cloud.monitor(2).serial] = `Study ${HALF}`;
    await home.cycle();
    home.changeSession(({ discovery }) => Object.assign(discovery?.monitors[0] ?? {}, { name: `Old ${HALF}` }));
    const { report } = await home.cycle();
    expect(report?.readings.map(({ location }) => location)).toEqual(['Old \ufffd', 'Study \ufffd']);
  });

  test('half a pair in a serial is repaired, one of 256 characters is malformed', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 2 });
    home.cloud.monitor(1).serial = `G${HALF}`;
    home.cloud.monitor(2).serial = 'x'.repeat(256);
    const { report } = await home.cycle();
    expect(report?.readings.map(({ device_id }) => device_id)).toEqual(['alexa:G\ufffd']);
    expect(report?.skipped).toEqual({ [`alexa:${'x'.repeat(255)}`]: 'malformed' });
  });

  test.each([
    ['the list', '/graphql'],
    ['the states', STATE],
  ])('bytes that are not UTF-8 in %s: everything stored, one warning', async (_name, path) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always(path, fault.notUtf8());
    const { report, retries } = await home.cycle();
    expect(report?.readings).toHaveLength(2);
    expect(retries).toBe(0);
    expect(home.logged('text_repaired')).toHaveLength(1);
  });
});

test.each([
  ['before', [1, 2]],
  ['after', [2, 1]],
])('a serial that is listed twice: the living one is stored, the dead one being %s it', async (_name, order) => {
  const home = await startAqmHome(scratchDirectory(), { monitors: 2 });
  const [dead, living] = [home.cloud.monitor(1), home.cloud.monitor(2)];
  dead.connectivity = 'gone';
  dead.serial = living.serial;
  home.cloud.state.monitors = order.map((number) => (number === 1 ? dead : living));
  const { report } = await home.cycle();
  expect(report?.readings.map(({ temperature_celsius }) => temperature_celsius)).toEqual([living.temperature]);
  expect(report?.skipped).toEqual({ [`alexa:${living.serial}`]: 'duplicate_id' });
  expect(home.logged('duplicate_id')).toMatchObject([{ level: 'warning' }]);
});

describe('an answer as a whole', () => {
  const transient: [string, () => Fault][] = [
    ['an empty body', () => fault.empty()],
    ['a cut document', () => fault.truncated()],
    ['a list', () => fault.json([1])],
    ['no device states', () => fault.json({ anything: 1 })],
    ['not a word of any monitor', () => fault.json({ deviceStates: [], errors: [] })],
  ];
  test.each(transient)('%s on the state request: retried, then invalid_response', async (_name, make) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.next(STATE, make());
    const recovered = await home.cycle();
    expect(recovered.failure).toBeNull();
    expect(recovered.retries).toBe(1);
    home.cloud.faults.always(STATE, make());
    const { failure, asked, login } = await home.cycle();
    expect(failure).toMatchObject({ type: 'invalid_response', permanent: false });
    expect(asked).toHaveLength(4);
    expect(login.status).toBe('unknown');
  });

  test.each([
    ['a web page', fault.html(), 'invalid_response'],
    ['404', fault.status(404), 'http'],
  ])('%s on the state request is retried, too', async (_name, what, type) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.next(STATE, what);
    expect(await home.cycle()).toMatchObject({ failure: null, retries: 1 });
    home.cloud.faults.next(STATE, what, 4);
    const { failure, asked } = await home.cycle();
    expect(failure).toMatchObject({ type });
    expect(failure?.remediation).toContain('look for a newer version');
    expect(asked).toHaveLength(4);
  });

  test('a redirect elsewhere is neither followed nor retried', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, fault.redirect('https://example.com/'));
    const { failure, asked } = await home.cycle();
    expect(failure).toMatchObject({ type: 'http', permanent: true });
    expect(failure?.message).toContain('example.com');
    expect(asked).toHaveLength(1);
  });

  test('no items: an error that names the marketplace', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('/graphql', fault.noItems());
    const { failure, login } = await home.cycle();
    expect(failure).toMatchObject({ type: 'no_monitor' });
    expect(failure?.message).toContain('amazon.com');
    expect(failure?.remediation).toContain('amazon_aqm.marketplace');
    expect(login.status).toBe('accepted');
  });

  test('devices, but no monitor among them: another sentence', async () => {
    const home = await startAqmHome(scratchDirectory(), { monitors: 0 });
    const { failure } = await home.cycle();
    expect(failure).toMatchObject({ type: 'no_monitor' });
    expect(failure?.message).toContain('3 devices, but no Smart Air Quality Monitor');
  });

  test('GraphQL 200 with an error of another kind is transient', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.next('/graphql', fault.json({ errors: [{ message: 'Internal' }], data: { endpoints: null } }));
    const { failure, retries } = await home.cycle();
    expect(failure).toBeNull();
    expect(retries).toBe(1);
  });
});

describe('monitors that are silent', () => {
  const unreachable = ({ entityId }: { entityId: string }) => ({ code: 'ENDPOINT_UNREACHABLE', entity: { entityId } });
  const good = ({ entityId }: { entityId: string }) => ({
    entity: { entityId, entityType: 'ENTITY' },
    capabilityStates: [range('9', 96)],
    error: null,
  });

  test('an error counts for more than values of the same monitor', async () => {
    const home = await startAqmHome(scratchDirectory());
    const [one, other] = [home.cloud.monitor(1), home.cloud.monitor(2)];
    home.cloud.state.stateBody = JSON.stringify({
      deviceStates: [good(one), good(other)],
      errors: [unreachable(other)],
    });
    const { report } = await home.cycle();
    expect(report?.readings.map(({ location }) => location)).toEqual([one.name]);
    expect(report?.skipped).toEqual({ [`alexa:${other.serial}`]: 'unreachable' });
  });

  test('all unreachable at once: one warning when it begins', async () => {
    const home = await startAqmHome(scratchDirectory());
    const setAll = (connectivity: 'ok' | 'gone') => {
      for (const monitor of home.cloud.state.monitors) monitor.connectivity = connectivity;
    };
    for (const [connectivity, warnings] of [
      ['gone', 1],
      ['gone', 1],
      ['ok', 1],
      ['gone', 2],
    ] as const) {
      setAll(connectivity);
      expect((await home.cycle()).failure).toBeNull();
      expect(home.logged('all_unreachable')).toHaveLength(warnings);
    }
    expect(home.logged('all_unreachable')[0]).toMatchObject({ level: 'warning' });
    expect(home.logged('all_unreachable')[0]?.message).toMatch(/more likely the account or the network/);
  });

  test('one that the answer leaves out is not answered; if nothing else is read, the cycle fails', async () => {
    const home = await startAqmHome(scratchDirectory());
    const [one, other] = [home.cloud.monitor(1), home.cloud.monitor(2)];
    home.cloud.state.stateBody = JSON.stringify({ deviceStates: [good(one)], errors: [] });
    const { report } = await home.cycle();
    expect(report?.readings).toHaveLength(1);
    expect(report?.skipped).toEqual({ [`alexa:${other.serial}`]: 'not_answered' });
    home.cloud.state.stateBody = JSON.stringify({ deviceStates: [], errors: [unreachable(one)] });
    expect((await home.cycle()).failure).toMatchObject({ type: 'invalid_response' });
  });

  test('all unknown, and no list can be had: the cycle fails', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    for (const monitor of home.cloud.state.monitors) monitor.entityId = `${monitor.entityId.slice(0, -1)}x`;
    home.cloud.faults.always('/graphql', fault.throttledList());
    for (let cycle = 0; cycle < 2; cycle++) {
      expect((await home.cycle()).failure).toMatchObject({ type: 'no_monitor' });
    }
    expect(home.session().rate_limit).toBeNull();
  });

  test('an id of more than 255 characters is malformed, and not sent back', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.monitor(2).entityId = 'e'.repeat(100_000);
    const { report } = await home.cycle();
    expect(report?.skipped).toEqual({ [`alexa:${home.cloud.monitor(2).serial}`]: 'malformed' });
    expect(report?.readings).toHaveLength(1);
    expect(home.cloud.requests.at(-1)?.body.length).toBeLessThan(200);
  });
});

test.each([
  [
    'a name that cannot be resolved',
    'https://alexa.amazon.invalid',
    /DNS servers.*getent hosts alexa\.amazon\.invalid/,
  ],
  ['a refused connection', 'https://127.0.0.1:9', /internet access.*curl -I/],
])('%s: the remedy is about the internet, not about a device', async (_name, alexa, remedy) => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  home.config.base_urls = { ...home.config.base_urls, alexa };
  const { failure } = await home.cycle();
  expect(failure).toMatchObject({ type: 'network' });
  expect(failure?.remediation).toMatch(remedy);
});

test('a proxy answers with a certificate of its own authority: it is named, and so is the way to accept it', async () => {
  const home = await startAqmHome(scratchDirectory());
  await home.cycle();
  const tls = await (await createTestAuthority('O=Example Proxy Ltd')).server();
  const proxy = await startAqmCloud({ tls });
  try {
    home.config.base_urls = { ...home.config.base_urls, alexa: proxy.baseUrls.alexa };
    const { failure } = await home.cycle();
    expect(failure).toMatchObject({ type: 'tls', message: expect.stringContaining('Example Proxy Ltd') as string });
    expect(failure?.remediation).toMatch(/NODE_EXTRA_CA_CERTS.* curl -vI https:/);
    expect(proxy.requests).toEqual([]);
  } finally {
    await proxy.close();
  }
});
