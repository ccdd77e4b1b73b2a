/** What is published, held to what Home Assistant takes (tests/support/home-assistant.ts). */
import { discoveryOf, stateOf } from '../../../lib/publish/messages';
import { NO_QUANTITIES, QUANTITY_NAMES, type Quantities } from '../../../lib/quantities';
import { SOURCES } from '../../../lib/sources/all';
import { hueReading } from '../../support/cycles';
import {
  DEVICE_CLASS_UNITS,
  DEVICE_KEYS,
  DISCOVERY_TOPIC,
  ORIGIN_KEYS,
  SENSOR_KEYS,
} from '../../support/home-assistant';

const CYCLE = '2026-01-01T00:05:00.000Z';
const OPTIONS = { topic_prefix: 'home', discovery_prefix: 'discovery', expireAfterSeconds: 900 };
const all = Object.fromEntries(QUANTITY_NAMES.map((name) => [name, 1])) as Quantities;

/** One device of each source that measures all that its source can. */
const READINGS = SOURCES.map(({ deviceType, quantities }) =>
  hueReading(`${deviceType}:00:17/Ä #+`, {
    device_type: deviceType,
    ...NO_QUANTITIES,
    ...Object.fromEntries(quantities.map((name) => [name, all[name]])),
  }),
);

type Payload = Record<string, unknown> & { device: object; origin: object; device_class?: string };

describe.each(READINGS)('$device_type: every discovery message', (reading) => {
  const messages = discoveryOf(reading, OPTIONS).map(({ topic, payload }) => ({ topic, payload: payload as Payload }));
  const state = stateOf(reading, CYCLE) as Record<string, unknown>;

  test('lies where it is looked for, and has only keys that are known, with their full names', () => {
    expect(messages.length).toBeGreaterThan(2);
    for (const { topic, payload } of messages) {
      expect(topic.replace(/^discovery\//, '')).toMatch(DISCOVERY_TOPIC);
      expect(SENSOR_KEYS).toEqual(expect.arrayContaining(Object.keys(payload)));
      expect(DEVICE_KEYS).toEqual(expect.arrayContaining(Object.keys(payload.device)));
      expect(ORIGIN_KEYS).toEqual(expect.arrayContaining(Object.keys(payload.origin)));
    }
    expect(new Set(messages.map(({ payload }) => payload['unique_id'])).size).toBe(messages.length);
  });

  test('has a unit that its device class takes; without a class it has none', () => {
    for (const { payload } of messages) {
      const { device_class, unit_of_measurement: unit, state_class } = payload;
      expect(state_class).toBe('measurement');
      if (device_class === undefined) expect({ payload, unit }).toEqual({ payload, unit: undefined });
      else expect(DEVICE_CLASS_UNITS[device_class]).toContain(unit);
    }
  });

  test('reads what the state has, and finds out from it how old a retained one is', () => {
    for (const { payload } of messages) {
      const [, value = ''] = /^\{\{ value_json\.(\w+) \}\}$/.exec(String(payload['value_template'])) ?? [];
      expect(state[value]).toBe(1);
      expect(payload['availability_topic']).toBe(payload['state_topic']);
      expect(payload['availability_template']).toBe(
        "{{ 'online' if as_timestamp(now()) - as_timestamp(value_json.timestamp, 0) < 900 else 'offline' }}",
      );
      expect(payload['expire_after']).toBe(900);
    }
    expect(state['timestamp']).toBe(CYCLE);
  });
});

test('what a device can measure and has not measured is null, and is not discovered', () => {
  const reading = hueReading('hue:1', { ...NO_QUANTITIES, temperature_celsius: 20.75 });
  expect(stateOf(reading, CYCLE)).toEqual({
    ...{ temperature: 20.75, humidity: null, light: null, battery: null },
    ...{ timestamp: CYCLE, measured_at: reading.measured_at, location: 'Hall', is_anomalous: false },
  });
  expect(discoveryOf(reading, OPTIONS).map(({ topic }) => topic)).toEqual([
    'discovery/sensor/hue_1_temperature/config',
  ]);
});
