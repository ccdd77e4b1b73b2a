/** The sensors of a bridge, as readings in our words. */
import type { Acceptance } from '../../../../lib/sources/accept';
import type { ClipSensors } from '../../../../lib/sources/hue/clip';
import { answersOf, isUsable } from '../../../../lib/sources/hue/readings';
import { HUE } from '../../../../lib/sources/hue/row';
import { accepted } from '../../../support/accepted';
import { recordingLogger } from '../../../support/recording-logger';

const PREFIX = '00:17:88:01:02:03:04:05';

/** A motion sensor as the bridge lists it, with any field replaced. */
function motionSensor(changes: { temperature?: object; presence?: object; light?: object } = {}): ClipSensors {
  const config = { on: true, battery: 87, reachable: true };
  return {
    '2': {
      type: 'ZLLTemperature',
      name: 'Hue temperature sensor 1',
      uniqueid: `${PREFIX}-02-0402`,
      state: { temperature: 2153, lastupdated: '2026-03-07T07:18:50' },
      config,
      ...changes.temperature,
    },
    '3': { type: 'ZLLPresence', name: 'Hall', uniqueid: `${PREFIX}-02-0406`, state: {}, config, ...changes.presence },
    '4': {
      type: 'ZLLLightLevel',
      name: 'Hue ambient light sensor 1',
      uniqueid: `${PREFIX}-02-0400`,
      state: { lightlevel: 10_001 },
      config,
      ...changes.light,
    },
  };
}

const DEVICE = `hue:${PREFIX}-02-0402`;
const read = (sensors: ClipSensors, changed: Partial<Acceptance> = {}) => {
  const logger = recordingLogger();
  const { devices, warnings } = answersOf(sensors);
  const report = accepted(devices, { row: HUE, logger, ...changed });
  return { ...report, warnings, duplicates: logger.of('duplicate_id').map(({ device_id }) => device_id) };
};
const only = (sensors: ClipSensors, changed?: Partial<Acceptance>) => {
  const { readings } = read(sensors, changed);
  expect(readings).toHaveLength(1);
  return readings[0];
};

describe('a healthy motion sensor', () => {
  it('becomes one reading with the name of its presence part', () => {
    expect(only(motionSensor())).toEqual({
      device_id: DEVICE,
      device_type: 'hue_sensor',
      location: 'Hall',
      measured_at: '2026-03-07T07:18:50.000Z',
      temperature_celsius: 21.53,
      humidity_percent: null,
      pm25_ugm3: null,
      pm10_ugm3: null,
      voc_index: null,
      co_ppm: null,
      iaq_score: null,
      light_lux: 10,
      battery_percent: 87,
      is_anomalous: false,
      temperature_offset_celsius: null,
    });
  });

  it('is called as the configuration says, by uniqueid or by the shared prefix, in either letter case', () => {
    expect(only(motionSensor(), { locations: { [`${PREFIX}-02-0402`]: 'Cellar' } })?.location).toBe('Cellar');
    expect(only(motionSensor(), { locations: { [PREFIX.toUpperCase()]: 'Cellar' } })?.location).toBe('Cellar');
    expect(only(motionSensor(), { locations: { [DEVICE]: 'Cellar' } })?.location).toBe('Cellar'); // as we print it
  });

  it('keeps its own name if there is no presence part, and its id if there is no name', () => {
    const alone = motionSensor();
    delete alone['3'];
    expect(only(alone)?.location).toBe('Hue temperature sensor 1');
    const nameless = motionSensor({ temperature: { name: '' } });
    delete nameless['3'];
    expect(only(nameless)?.location).toBe(`${PREFIX}-02-0402`);
  });

  it.each([
    [-0.01, true],
    [0, false],
    [40, false],
    [40.01, true],
    [-60, true],
    [100, true],
  ])('at %d °C is marked anomalous: %s, and never dropped', (celsius, anomalous) => {
    const state = { temperature: celsius * 100, lastupdated: 'none' };
    const reading = only(motionSensor({ temperature: { state } }));
    expect(reading?.temperature_celsius).toBeCloseTo(celsius, 6);
    expect(reading?.is_anomalous).toBe(anomalous);
    expect(reading?.measured_at).toBeNull();
  });
});

it('150 sensors of any model, with umlauts and below zero: all are read', () => {
  const sensors = Object.fromEntries(
    Array.from({ length: 150 }, (_, n) => {
      const uniqueid = `00:17:88:01:02:03:04:${n.toString(16).padStart(2, '0')}-02-0402`;
      const state = { temperature: -n, lastupdated: '2026-03-07T07:18:50' };
      return [n, { type: 'ZLLTemperature', name: `Küche ${n}`, modelid: `SML00${1 + (n % 4)}`, uniqueid, state }];
    }),
  );
  const { readings, skipped } = read(sensors);
  expect(readings.map(({ location, temperature_celsius: celsius }) => [location, celsius])).toEqual(
    Array.from({ length: 150 }, (_, n) => [`Küche ${n}`, -n / 100]),
  );
  expect(skipped).toEqual({});
});

describe('sensors of apps and of deCONZ', () => {
  const sensor = (type: string, uniqueid: string, name: string, state: object, config: object = { on: true }) => ({
    ...{ type, uniqueid, name, state, config },
  });
  const mac = '00:15:8d:00:02:3a:1b:0c-01';
  const temperature = sensor('CLIPTemperature', 'balcony-1', 'Balcony', { temperature: -350 });

  it.each([
    ['one device by its uniqueid', sensor('CLIPHumidity', 'balcony-2', 'Anything', { humidity: 8700 }), 87],
    ['one device by its name', sensor('CLIPHumidity', 'x', 'Balcony', { humidity: 8700 }), 87],
    ['two devices', sensor('CLIPHumidity', 'x-1', 'Terrace', { humidity: 8700 }), null],
    ['one, but switched off', sensor('CLIPHumidity', 'balcony-2', '', { humidity: 8700 }, { on: false }), null],
    ['one, but without a value', sensor('CLIPHumidity', 'balcony-2', '', { humidity: null }), null],
    ['one, but impossible', sensor('CLIPHumidity', 'balcony-2', '', { humidity: 870_000 }), null],
  ])('temperature and humidity that are %s', (_what, humidity, expected) => {
    const { readings, devicesSeen } = read({ '5': humidity, '9': temperature });
    expect(readings).toMatchObject([{ temperature_celsius: -3.5, humidity_percent: expected, location: 'Balcony' }]);
    expect(devicesSeen).toBe(1);
  });

  it('a name that two temperature sensors share says nothing of whose humidity it is', () => {
    const other = sensor('CLIPTemperature', 'other', 'Balcony', { temperature: 100 });
    const { readings } = read({
      '1': temperature,
      '2': other,
      '3': sensor('CLIPHumidity', 'x', 'Balcony', { humidity: 1 }),
    });
    expect(readings.map(({ humidity_percent }) => humidity_percent)).toEqual([null, null]);
  });

  it('ZHATemperature is read, with its humidity', () => {
    const zha = sensor('ZHATemperature', `${mac}-0402`, 'Bath', { temperature: 2115 });
    const humidity = sensor('ZHAHumidity', `${mac.toUpperCase()}-0405`, 'Bath (2)', { humidity: 5320 });
    expect(only({ '1': zha, '2': humidity })).toMatchObject({ temperature_celsius: 21.15, humidity_percent: 53.2 });
  });
});

describe('an answer can be used', () => {
  const [text, off] = [{ state: { temperature: '2150' } }, { config: { on: false } }];
  it.each([
    ['one value', {}, true],
    ['a text instead of a number', text, false],
    ['no value', { state: { temperature: null } }, false],
    ['an impossible value', { state: { temperature: -32_768 } }, false],
    ['a sensor that is off', off, true],
  ])('with %s: %#', (_what, changes, usable) => {
    expect(isUsable(motionSensor({ temperature: changes }))).toBe(usable);
  });

  it('with one good sensor among bad ones, or none at all', () => {
    const bad = { ...(motionSensor()['2'] as object), ...text, uniqueid: 'bad' };
    expect([isUsable({ ...motionSensor(), '9': bad }), isUsable({})]).toEqual([true, true]);
  });
});

describe('a sensor without a usable value is skipped with its reason', () => {
  it.each([
    ['off', { config: { on: false, reachable: false }, state: { temperature: null } }],
    ['unreachable', { config: { on: true, reachable: false } }],
    ['no_value', { state: { temperature: null, lastupdated: 'none' } }],
    ['no_value', { state: {} }],
    ['malformed', { state: undefined }],
    ['malformed', { state: 'warm' }],
    ['malformed', { state: { temperature: '2153' } }],
    ['malformed', { state: { temperature: 1e9 } }],
    ['malformed', { state: { temperature: -6001 } }],
    ['malformed', { state: { temperature: true } }],
    ['malformed', { state: { temperature: [2153] } }],
  ])('%s: %j', (reason, temperature) => {
    const report = read(motionSensor({ temperature }));
    expect(report.readings).toEqual([]);
    expect(report.skipped).toEqual({ [DEVICE]: reason });
    expect(report.devicesSeen).toBe(1);
  });

  it('and never affects the others', () => {
    const sensors = {
      ...motionSensor({ temperature: { state: null } }),
      '9': { ...(motionSensor()['2'] as object), uniqueid: 'other' },
    };
    expect(read(sensors).readings.map((reading) => reading.device_id)).toEqual(['hue:other']);
  });
});

describe('of several sensors with one id', () => {
  const sensor = motionSensor()['2'] as object;
  const twin = (celsius: number, changes: object = {}) => {
    const state = { temperature: celsius * 100, lastupdated: '2026-03-07T07:18:50' };
    return { ...sensor, state, ...changes };
  };
  const at = (celsius: number, lastupdated: string) =>
    twin(celsius, { state: { temperature: celsius * 100, lastupdated } });

  it.each([
    ['the first one', { '2': twin(21), '9': twin(22) }, 21],
    [
      'the living one, not the one before it',
      { '2': twin(12, { config: { reachable: false } }), '20': twin(19.55) },
      19.55,
    ],
    ['the living one, not the one after it', { '2': twin(19.55), '20': twin(12, { config: { on: false } }) }, 19.55],
    ['the one with a value', { '2': { ...sensor, state: {} }, '20': twin(19.55) }, 19.55],
    ['the one that can be read', { '2': twin(1e6), '20': twin(19.55) }, 19.55],
    ['the newest one', { '2': at(12, '2026-03-06T07:18:50'), '9': at(13, '2026-03-08T00:00:00'), '20': twin(14) }, 13],
    ['the one that knows its time', { '2': at(12, 'none'), '9': twin(13) }, 13],
  ])('%s is stored', (_, sensors, celsius) => {
    const report = read(sensors);
    expect(report.readings.map((reading) => reading.temperature_celsius)).toEqual([celsius]);
    expect(report.skipped).toEqual({ [DEVICE]: 'duplicate_id' });
    expect(report.duplicates).toEqual([DEVICE]);
    expect(report.devicesSeen).toBe(Object.keys(sensors).length);
  });

  it.each([
    ['off', { config: { on: false } }, { config: { reachable: false } }],
    ['malformed', { config: { on: false } }, { state: 'warm' }],
    ['malformed', { state: 'warm' }, { config: { on: false } }],
  ])('none is stored if none has a reading: %s', (reason, first, second) => {
    const report = read({ '2': { ...sensor, ...first }, '9': { ...sensor, ...second } });
    expect(report.readings).toEqual([]);
    expect(report.skipped).toEqual({ [DEVICE]: reason });
  });

  it('its name and its light are those of the living one, too', () => {
    const dead = { config: { on: true, reachable: false } };
    const former = motionSensor({ presence: { ...dead, name: 'Attic' }, light: dead, temperature: dead });
    const living = Object.entries(motionSensor()).map(([id, part]) => [`2${id}`, part]);
    const sensors = { ...former, ...(Object.fromEntries(living) as ClipSensors) };
    expect(only(sensors)).toMatchObject({ location: 'Hall', light_lux: 10, temperature_celsius: 21.53 });
  });

  it('ids that differ only in what had to be repaired count as one', () => {
    const report = read({ '2': twin(21, { uniqueid: 'a\ud800' }), '9': twin(22, { uniqueid: 'a\ud801' }) });
    expect(report.readings.map(({ device_id }) => device_id)).toEqual(['hue:a\ufffd']);
    expect(report.duplicates).toEqual(['hue:a\ufffd']);
  });
});

describe('names and ids', () => {
  it.each([
    ['half a pair in the name', { name: 'Hall \ud83c' }, {}, 'Hall \ufffd'],
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000) }, {}, 'x'.repeat(255)],
    ['half a pair in the configuration', {}, { locations: { [PREFIX]: 'Attic \ud83c' } }, 'Attic \ufffd'],
  ])('%s', (_, presence, changed, location) => {
    expect(only(motionSensor({ presence }), changed)?.location).toBe(location);
  });

  it('an id of 255 characters is one, a longer one is malformed', () => {
    const ids = [255, 256].map((length) => `${length}-`.padEnd(length, 'x'));
    const [fits, tooLong] = ids.map((uniqueid) => ({ ...(motionSensor()['2'] as object), uniqueid }));
    const report = read({ '1': fits, '2': tooLong });
    expect(report.readings.map(({ device_id }) => device_id)).toEqual([`hue:${ids[0]}`]);
    expect(report.skipped).toEqual({ [`hue:${ids[1]?.slice(0, 255)}`]: 'malformed' });
  });

  it('that is also true for the place in the list, if a sensor has no id', () => {
    const sensor = { ...(motionSensor()['2'] as object), uniqueid: undefined };
    const report = read({ 'a\ud800': sensor, ['x'.repeat(256)]: sensor });
    expect(report.readings.map(({ device_id }) => device_id)).toEqual(['hue:sensors/a\ufffd']);
    expect(Object.values(report.skipped)).toEqual(['malformed']);
  });
});

describe('a broken element does not affect the rest', () => {
  it('no config: stored, with a warning', () => {
    const report = read(motionSensor({ temperature: { config: undefined } }));
    expect(report.readings[0]).toMatchObject({ temperature_celsius: 21.53, battery_percent: null });
    expect(report.warnings).toHaveLength(1);
  });

  it.each([['yesterday'], [12], ['2026-13-45T99:99:99']])(
    'a lastupdated of %p: stored without a time, with a warning',
    (lastupdated) => {
      const report = read(motionSensor({ temperature: { state: { temperature: 2000, lastupdated } } }));
      expect(report.readings[0]?.measured_at).toBeNull();
      expect(report.warnings).toHaveLength(1);
    },
  );

  it.each([
    [{ config: { on: false } }],
    [{ config: { reachable: false } }],
    [{ state: { lightlevel: null } }],
    [{ state: { lightlevel: 'bright' } }],
    [{ state: undefined }],
  ])('a light part with %j gives no lux', (light) => {
    expect(only(motionSensor({ light }))?.light_lux).toBeNull();
  });

  it.each([[null], [-1], [101], ['full']])('a battery of %p is not known', (battery) => {
    expect(only(motionSensor({ temperature: { config: { battery } } }))?.battery_percent).toBeNull();
  });

  it.each([[null], ['text'], [[1]], [{}], [{ type: 'Daylight' }], [{ type: 7 }]])('an entry %j is ignored', (entry) => {
    expect(read({ ...motionSensor(), '77': entry }).devicesSeen).toBe(1);
  });
});
