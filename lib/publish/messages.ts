/** What is published: topics and payloads, with the names that Home Assistant knows (its MQTT sensor and discovery). */
import { QUANTITY_NAMES, quantityRow } from '../quantities';
import type { Reading } from '../reading';

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

/** `{ "temperature": 20.4, …, "timestamp", "measured_at", "location" }`; a quantity that was not measured is left out. */
export function stateOf(reading: Reading): object {
  const values = measured(reading).map((column) => [quantityRow(column).name, reading[column]] as const);
  const { measured_at, location, is_anomalous } = reading;
  return { ...Object.fromEntries(values), measured_at, location, is_anomalous };
}

const measured = (reading: Reading) => QUANTITY_NAMES.filter((column) => reading[column] !== null);

/** One message for each quantity of the device. */
export function discoveryOf(reading: Reading, options: DiscoveryOptions): Message[] {
  const { topic_prefix, discovery_prefix, expireAfterSeconds } = options;
  const { device_id, location } = reading;
  const device = plain(device_id);
  return measured(reading).map((column) => {
    const { name, title, unit, decimals, homeAssistant } = quantityRow(column);
    const id = `${device}_${name}`;
    const payload = {
      name: title,
      unique_id: id,
      state_topic: stateTopic(topic_prefix, device_id),
      value_template: `{{ value_json.${name} }}`,
      state_class: 'measurement',
      ...(homeAssistant?.deviceClass !== undefined && { device_class: homeAssistant.deviceClass }),
      ...((homeAssistant?.unit ?? unit) !== '' && { unit_of_measurement: homeAssistant?.unit ?? unit }),
      suggested_display_precision: decimals,
      // So that what is stale here looks stale there.
      expire_after: expireAfterSeconds,
      device: { identifiers: [device], name: location, suggested_area: location, serial_number: device_id },
      origin: { name: 'home-temperature-monitor' },
    };
    return { topic: `${discovery_prefix}/sensor/${id}/config`, payload };
  });
}
