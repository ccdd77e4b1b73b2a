import { readingsOf, type HueReadingRules } from '../../../../lib/sources/hue/readings';
import type { ClipSensors } from '../../../../lib/sources/hue/clip';

const rules: HueReadingRules = { locations: {}, temperatureMin: 0, temperatureMax: 40 };
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
const read = (sensors: ClipSensors, changed: Partial<HueReadingRules> = {}) =>
  readingsOf(sensors, { ...rules, ...changed });
const only = (sensors: ClipSensors, changed?: Partial<HueReadingRules>) => {
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
    });
  });

  it('is called as the configuration says, by uniqueid or by the shared prefix, in either letter case', () => {
    expect(only(motionSensor(), { locations: { [`${PREFIX}-02-0402`]: 'Cellar' } })?.location).toBe('Cellar');
    expect(only(motionSensor(), { locations: { [PREFIX.toUpperCase()]: 'Cellar' } })?.location).toBe('Cellar');
  });

  it('keeps its own name where there is no presence part, and its id where there is no name', () => {
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

  it('and never costs the others', () => {
    const sensors = {
      ...motionSensor({ temperature: { state: null } }),
      '9': { ...(motionSensor()['2'] as object), uniqueid: 'other' },
    };
    expect(read(sensors).readings.map((reading) => reading.device_id)).toEqual(['hue:other']);
  });

  it('a second sensor with the same id is left out, the first one stays', () => {
    const sensors = { ...motionSensor(), '9': { ...(motionSensor()['2'] as object), state: { temperature: 1 } } };
    const report = read(sensors);
    expect(report.readings.map((reading) => reading.temperature_celsius)).toEqual([21.53]);
    expect(report.skipped).toEqual({ [DEVICE]: 'duplicate_id' });
    expect(report.devicesSeen).toBe(2);
  });

  it('a malformed sensor stays so, though another one has its id', () => {
    const sensor = motionSensor()['2'] as object;
    const report = read({ '2': { ...sensor, state: { temperature: 'warm' } }, '9': sensor });
    expect(report.skipped).toEqual({ [DEVICE]: 'malformed' });
  });
});

describe('a broken element spoils only itself', () => {
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

  it.each([[null], ['text'], [[1]], [{}], [{ type: 'Daylight' }], [{ type: 7 }]])(
    'an entry %j is passed over',
    (entry) => {
      expect(read({ ...motionSensor(), '77': entry }).devicesSeen).toBe(1);
    },
  );
});
