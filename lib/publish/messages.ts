/** What is published: topics and payloads, with the names that Home Assistant knows (its MQTT sensor and discovery). */
import { QUANTITY_NAMES, quantityRow } from '../quantities';
import type { Reading } from '../reading';
import { sourceOfDevice } from '../sources/all';

export interface Message {
  topic: string;
  payload: object;
}

export interface DiscoveryOptions {
  topic_prefix: string;
  discovery_prefix: string;
  expireAfterSeconds: number;
}

/** In a topic and in an id only these are safe everywhere. */
const plain = (id: string): string => id.replace(/[^A-Za-z0-9_-]/g, '_');

export const stateTopic = (prefix: string, deviceId: string): string => `${prefix}/${plain(deviceId)}/state`;

/**
 * `{ "temperature": 20.4, "battery": null, …, "timestamp", "measured_at", "location" }`. What the device can measure and
 * has not measured is null, which Home Assistant shows as unknown; if it were left out, the old value would stay there.
 * @param cycle when it was read
 */
export function stateOf(reading: Reading, cycle: string): object {
  const columns = sourceOfDevice(reading.device_type)?.quantities ?? measured(reading);
  const values = columns.map((column) => [quantityRow(column).name, reading[column]] as const);
  const { measured_at, location, is_anomalous } = reading;
  return { ...Object.fromEntries(values), timestamp: cycle, measured_at, location, is_anomalous };
}

const measured = (reading: Reading) => QUANTITY_NAMES.filter((column) => reading[column] !== null);

/** One message for each quantity of the device. */
export function discoveryOf(reading: Reading, options: DiscoveryOptions): Message[] {
  const { topic_prefix, discovery_prefix, expireAfterSeconds } = options;
  const { device_id, location } = reading;
  const device = plain(device_id);
  const state = stateTopic(topic_prefix, device_id);
  return measured(reading).map((column) => {
    const { name, title, unit, decimals, homeAssistant } = quantityRow(column);
    const id = `${device}_${name}`;
    const payload = {
      name: title,
      unique_id: id,
      state_topic: state,
      value_template: `{{ value_json.${name} }}`,
      state_class: 'measurement',
      ...(homeAssistant?.deviceClass !== undefined && { device_class: homeAssistant.deviceClass }),
      ...((homeAssistant?.unit ?? unit) !== '' && { unit_of_measurement: homeAssistant?.unit ?? unit }),
      suggested_display_precision: decimals,
      // So that what is stale here looks stale there. Home Assistant counts from when it gets a message, and after its
      // start the broker sends the retained one again: how old that is, only its own time says.
      expire_after: expireAfterSeconds,
      availability_topic: state,
      availability_template: `{{ 'online' if as_timestamp(now()) - as_timestamp(value_json.timestamp, 0) < ${expireAfterSeconds} else 'offline' }}`,
      device: { identifiers: [device], name: location, suggested_area: location, serial_number: device_id },
      origin: { name: 'home-temperature-monitor' },
    };
    return { topic: `${discovery_prefix}/sensor/${id}/config`, payload };
  });
}
