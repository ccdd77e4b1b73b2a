/** What we make of the answers of a source: the same for every source, so it is tested without one. */
import type { Acceptance } from '../../../lib/sources/accept';
import type { DeviceAnswer } from '../../../lib/sources/source';
import type { Quantities } from '../../../lib/quantities';
import { accepted } from '../../support/accepted';
import { recordingLogger } from '../../support/recording-logger';

type Answer = Extract<DeviceAnswer, { values: unknown }>;

const ROW: Acceptance['row'] = { idPrefix: 'toy', deviceType: 'toy_sensor', needs: [] };
const answerOf = (deviceId: string, values: Partial<Quantities>, changes: Partial<Answer> = {}): Answer => ({
  ...{ deviceId, name: 'Hall', aliases: [deviceId.replace(/^toy:/, '')], measuredAt: '2026-01-01T00:00:00.000Z' },
  values,
  ...changes,
});
const judge = (devices: DeviceAnswer[], changes: Partial<Acceptance> = {}) => {
  const logger = recordingLogger();
  return { logger, ...accepted(devices, { row: ROW, logger, ...changes }) };
};

test('what was sent is a reading of its type; what was not sent is null, never 0', () => {
  const { readings, skipped, devicesSeen } = judge([answerOf('toy:1', { humidity_percent: 0 })]);
  expect(readings).toMatchObject([
    { device_id: 'toy:1', device_type: 'toy_sensor', location: 'Hall', measured_at: '2026-01-01T00:00:00.000Z' },
  ]);
  expect(readings[0]).toMatchObject({ humidity_percent: 0, temperature_celsius: null, light_lux: null });
  expect([skipped, devicesSeen]).toEqual([{}, 1]);
});

test.each([
  [-0.01, true],
  [0, false],
  [40, false],
  [40.01, true],
  [null, false],
])('%p °C is anomalous: %s, and stored nevertheless', (temperature_celsius, is_anomalous) => {
  const { readings } = judge([answerOf('toy:1', { temperature_celsius, humidity_percent: 50 })]);
  expect(readings).toMatchObject([{ temperature_celsius, is_anomalous }]);
});

test.each([
  ['its own id', { A1: 0.2 }, 0.2],
  ['the id with our prefix, in capitals', { 'TOY:a1': -1.5 }, -1.5],
  ['another id', { A2: 1 }, null],
  ['0', { A1: 0 }, null],
])('an offset for %s is added, and kept beside the value', (_name, offsets, offset) => {
  const { readings } = judge([answerOf('toy:A1', { temperature_celsius: 20.1, humidity_percent: 50 })], { offsets });
  const temperature_celsius = offset === null ? 20.1 : Number((20.1 + offset).toFixed(2));
  expect(readings).toMatchObject([{ temperature_celsius, temperature_offset_celsius: offset }]);
});

test('the limits of plausible temperatures judge what the sensor said, and no temperature needs no offset', () => {
  const offsets = { A1: -5, A2: 5 };
  const { readings } = judge(
    [
      answerOf('toy:A1', { temperature_celsius: 41 }),
      answerOf('toy:A2', { temperature_celsius: 39 }),
      answerOf('toy:A1b', { humidity_percent: 50 }, { aliases: ['A1'] }),
    ],
    { offsets },
  );
  expect(readings).toMatchObject([
    { temperature_celsius: 36, is_anomalous: true },
    { temperature_celsius: 44, is_anomalous: false },
    { temperature_celsius: null, temperature_offset_celsius: null },
  ]);
});

describe('what is impossible in a room', () => {
  test.each<[keyof Quantities, number]>([
    ['temperature_celsius', -60.01],
    ['temperature_celsius', 100.01],
    ['humidity_percent', -1],
    ['humidity_percent', 101],
    ['voc_index', 101],
    ['iaq_score', -1],
    ['battery_percent', 101],
    ['pm25_ugm3', -1],
    ['light_lux', -1],
    ['co_ppm', NaN],
    ['humidity_percent', '45' as unknown as number],
  ])('%s of %p is left out and reported; the rest of the device is stored', (name, value) => {
    const other = name === 'pm10_ugm3' ? 'co_ppm' : 'pm10_ugm3';
    const { readings, logger } = judge([answerOf('toy:1', { [name]: value, [other]: 3 })]);
    expect(readings).toMatchObject([{ [name]: null, [other]: 3, is_anomalous: false }]);
    expect(logger.events).toMatchObject([
      {
        ...{ level: 'warning', event: 'broken_element', fields: { device_id: 'toy:1' } },
        message: expect.stringMatching(
          new RegExp(`^toy:1: ${name} ${value} cannot be measured in a room \\(`),
        ) as string,
      },
    ]);
  });

  test.each<[string, Partial<Quantities>, Acceptance['row']['needs'], string]>([
    ['nothing at all', {}, [], 'no_value'],
    ['nothing but nulls', { humidity_percent: null }, [], 'no_value'],
    ['nothing possible', { humidity_percent: 150 }, [], 'malformed'],
    ['not what its source is for', { battery_percent: 90 }, ['temperature_celsius'], 'no_value'],
    [
      'an impossible value of what its source is for',
      { temperature_celsius: 1e7, light_lux: 1 },
      ['temperature_celsius'],
      'malformed',
    ],
  ])('a device that sent %s is skipped', (_name, values, needs, reason) => {
    const { readings, skipped, logger } = judge([answerOf('toy:1', values)], { row: { ...ROW, needs } });
    expect([readings, skipped]).toEqual([[], { 'toy:1': reason }]);
    expect(logger.events).toEqual([]); // its reason says it
  });
});

test('the reason of the source for no values is kept', () => {
  const { readings, skipped, devicesSeen } = judge([
    { deviceId: 'toy:1', skip: 'offline' },
    answerOf('toy:2', { co_ppm: 1 }),
  ]);
  expect(readings.map(({ device_id }) => device_id)).toEqual(['toy:2']);
  expect([skipped, devicesSeen]).toEqual([{ 'toy:1': 'offline' }, 2]);
});

test.each([
  ['by nothing: the name of the device', {}, 'Hall'],
  ['by its id', { abc: 'Attic' }, 'Attic'],
  ['in other capitals', { ABC: 'Attic' }, 'Attic'],
  ['by the alias before the other one', { ab: 'Cellar', abc: 'Attic' }, 'Attic'],
  ['by the second alias', { ab: 'Cellar' }, 'Cellar'],
  ['as another device', { xyz: 'Attic' }, 'Hall'],
])('the configuration names it %s', (_name, locations, location) => {
  const device = answerOf('toy:abc', { co_ppm: 1 }, { aliases: ['abc', 'ab'] });
  expect(judge([device], { locations }).readings).toMatchObject([{ location }]);
});

test('of two entries with one id the living and newest counts, not one from the future; that is reported', () => {
  const at = (measuredAt: string | null, co_ppm: number) => answerOf('toy:1', { co_ppm }, { measuredAt });
  const entries: DeviceAnswer[] = [
    { deviceId: 'toy:1', skip: 'off' },
    at(null, 3),
    at('2026-01-02T02:00:00.000Z', 4),
    at('2026-01-01T00:00:00.000Z', 1),
    at('2026-01-02T00:00:00.000Z', 2),
  ];
  const clock = { deviceErrorMs: 0, latestMs: Date.parse('2026-01-02T00:01:00.000Z') };
  const { readings, skipped, devicesSeen, logger } = judge(entries, { clock });
  expect(readings).toMatchObject([{ co_ppm: 2 }]);
  expect(judge(entries.slice(0, 3), { clock }).readings).toMatchObject([{ co_ppm: 4 }]);
  expect(judge(entries.slice(0, 2), { clock }).readings).toMatchObject([{ co_ppm: 3 }]);
  expect([skipped, devicesSeen]).toEqual([{ 'toy:1': 'duplicate_id' }, 5]);
  expect(logger.events).toMatchObject([{ level: 'warning', event: 'duplicate_id', fields: { device_id: 'toy:1' } }]);
});

test('sensors beyond the limit are only counted, with one warning', () => {
  const devices = Array.from({ length: 7 }, (_, index) => answerOf(`toy:${index}`, { co_ppm: 1 }));
  const { readings, skipped, devicesSeen, leftOut, logger } = judge(devices, { maxDevices: 5 });
  expect(readings.map(({ device_id }) => device_id)).toEqual(['toy:0', 'toy:1', 'toy:2', 'toy:3', 'toy:4']);
  expect([skipped, devicesSeen, leftOut]).toEqual([{}, 7, 2]);
  expect(logger.of('too_many_devices')).toEqual([{ left_out: 2 }]);
  expect(judge(devices, { maxDevices: 7 })).toMatchObject({ devicesSeen: 7, leftOut: 0 });
});

test('texts are repaired and cut, with one warning; an id that is too long is malformed', () => {
  const { readings, skipped, logger } = judge(
    [
      answerOf('toy:a\ud800', { co_ppm: 1 }, { name: 'x'.repeat(300) }),
      answerOf(`toy:${'y'.repeat(255)}`, { co_ppm: 1 }),
      answerOf(`toy:${'z'.repeat(256)}`, { co_ppm: 1 }),
    ],
    { locations: { ['y'.repeat(255)]: 'Attic \ud83c' } },
  );
  expect(readings.map(({ device_id, location }) => [device_id, location])).toEqual([
    ['toy:a\ufffd', 'x'.repeat(255)],
    [`toy:${'y'.repeat(255)}`, 'Attic \ufffd'],
  ]);
  expect(skipped).toEqual({ [`toy:${'z'.repeat(255)}`]: 'malformed' });
  expect(logger.of('text_repaired')).toHaveLength(1);
});

describe('the time of a sensor', () => {
  const latestMs = Date.parse('2026-11-24T10:00:00.000Z');
  const measured = (times: (string | null)[], deviceErrorMs = 0) => {
    const devices = times.map((measuredAt, n) => answerOf(`toy:${n}`, { co_ppm: 1 }, { measuredAt }));
    const { readings, logger } = judge(devices, { clock: { deviceErrorMs, latestMs } });
    return {
      times: readings.map(({ measured_at }) => measured_at),
      warnings: logger.events.map((event) => event.message),
    };
  };

  test('counts from 2015 to a day from now; what is outside is no time, with one warning for all', () => {
    const inside = ['2015-01-01T00:00:00.000Z', '2026-11-25T10:00:00.000Z', null];
    expect(measured(inside)).toEqual({ times: inside, warnings: [] });
    const outside = ['2014-12-31T23:59:59.999Z', '2026-11-25T10:00:00.001Z', '2069-01-01T00:00:00.000Z'];
    const { times, warnings } = measured(outside);
    expect(times).toEqual([null, null, null]);
    expect(warnings).toEqual([expect.stringMatching(/^toy:0: 2014-12-31.* so are those of 2 more/)]);
  });

  test('is shifted if the clock of the device is wrong', () => {
    const tenYears = Date.parse('2016-11-24T10:00:00.000Z') - latestMs;
    expect(measured(['2016-11-24T09:58:00.000Z'], tenYears)).toEqual({
      times: ['2026-11-24T09:58:00.000Z'],
      warnings: [],
    });
  });

  test.each([
    ['as wrong as the one that the cycle has heard', undefined, '2016-11-24T09:58:00.000Z'],
    ['wrong by an hour more', -3_600_000, '2016-11-24T08:58:00.000Z'],
    ['not told, and so taken for right', null, '2026-11-24T09:58:00.000Z'],
  ])('is by the clock of its own bridge: %s', (_name, clockAheadMs, measuredAt) => {
    const deviceErrorMs = Date.parse('2016-11-24T10:00:00.000Z') - latestMs;
    const own = clockAheadMs === undefined ? {} : { clockAheadMs };
    const { readings } = judge([answerOf('toy:1', { co_ppm: 1 }, { measuredAt, ...own })], {
      clock: { deviceErrorMs, latestMs },
    });
    expect(readings[0]?.measured_at).toBe('2026-11-24T09:58:00.000Z');
  });
});

test('a key of locations that names no device is a warning; one of a device that is off is not', () => {
  const devices: DeviceAnswer[] = [answerOf('toy:1', { light_lux: 1 }), { deviceId: 'toy:2', skip: 'off' }];
  const locations = { '1': 'Hall', 'TOY:2': 'Cellar', '3': 'Attic', 'toy:l': 'Bath' };
  expect(judge(devices, { locations }).logger.of('location_unused')).toEqual([{ keys: ['3', 'toy:l'] }]);
  expect(judge([], { locations }).logger.of('location_unused')).toEqual([]); // no list: nothing is known
});
