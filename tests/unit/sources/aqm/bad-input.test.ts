/** Wrong input: each fault has its error type and a message, and does not affect the rest. */
import { fault, type Fault } from '../../../../lib/simulator/faults';
import { startAqmHome, type AqmHome } from '../../../support/aqm-home';
import { STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

const state = (element: object) => JSON.stringify({ timeOfSample: '2026-11-20T12:00:00Z', ...element });
const range = (instance: unknown, value: unknown) =>
  state({ namespace: 'Alexa.RangeController', name: 'rangeValue', instance, value });
const temperature = (value: unknown) => state({ namespace: 'Alexa.TemperatureSensor', name: 'temperature', value });

/** One monitor whose state holds exactly these elements. */
async function readElements(
  elements: unknown,
): Promise<{ home: AqmHome; cycle: Awaited<ReturnType<AqmHome['cycle']>> }> {
  const home = await startAqmHome(scratchDirectory(), { monitors: 1 });
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
    ['a temperature without a value', temperature(null)],
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

  test('the first of duplicates wins; if it is broken, the next one', async () => {
    const { cycle } = await readElements([
      range('4', 50),
      range(4, 60),
      temperature(null),
      temperature({ value: 21, scale: 'CELSIUS' }),
      temperature({ value: 22, scale: 'CELSIUS' }),
    ]);
    expect(cycle.report?.readings[0]).toMatchObject({ humidity_percent: 50, temperature_celsius: 21 });
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

  test("measured_at is the temperature's own time, else the newest, else unknown", async () => {
    const at = (timeOfSample: unknown, instance: string) =>
      JSON.stringify({ namespace: 'Alexa.RangeController', name: 'rangeValue', instance, value: 1, timeOfSample });
    const warm = temperature({ value: 21, scale: 'CELSIUS' });
    const later = at('2026-11-20T13:00:00Z', '4');
    const measured = async (elements: unknown) => (await readElements(elements)).cycle.report?.readings[0]?.measured_at;
    expect(await measured([later, warm])).toBe('2026-11-20T12:00:00.000Z');
    expect(await measured([later, at('2026-11-20T11:00:00.5Z', '9')])).toBe('2026-11-20T13:00:00.000Z');
    expect(await measured([at('yesterday', '9')])).toBeNull();
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
    ['a redirect', fault.redirect('https://example.com/'), 'http'],
  ])('%s is not retried', async (_name, what, type) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, what);
    const { failure, asked } = await home.cycle();
    expect(failure).toMatchObject({ type, permanent: true });
    expect(failure?.remediation).not.toBe('');
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
