/** The sensors of a bridge become answers of devices, in our words instead of the vendor's. */
import type { DeviceAnswer } from '../source';
import { isObject, type ClipSensor, type ClipSensors } from './clip';
import { luxOf, measuredAt, nameOf, partsByDevice, sharedPrefix, type DeviceParts } from './device-parts';

/** Matched on the type, never on the model, so that next year's motion sensor works as well. */
const TEMPERATURE_TYPES = ['ZLLTemperature', 'CLIPTemperature'];

export interface HueAnswers {
  devices: DeviceAnswer[];
  /** sentences about broken elements of devices that are read nevertheless */
  warnings: string[];
}

/** How many of these sensors measure temperature at all, in any state. */
export function countTemperatureSensors(sensors: ClipSensors): number {
  return Object.values(sensors).filter(isTemperatureSensor).length;
}

/** Reads every temperature sensor of the map; a broken one never affects another. */
export function answersOf(sensors: ClipSensors): HueAnswers {
  const warnings: string[] = [];
  const parts = partsByDevice(sensors);
  const devices: DeviceAnswer[] = [];
  for (const [id, sensor] of Object.entries(sensors)) {
    if (!isTemperatureSensor(sensor)) continue;
    const uniqueId = typeof sensor.uniqueid === 'string' && sensor.uniqueid !== '' ? sensor.uniqueid : null;
    devices.push(answerOf(sensor, `hue:${uniqueId ?? `sensors/${id}`}`, uniqueId, parts, warnings));
  }
  return { devices, warnings };
}

function isTemperatureSensor(sensor: unknown): sensor is ClipSensor {
  return isObject(sensor) && TEMPERATURE_TYPES.includes(sensor['type'] as string);
}

function answerOf(
  sensor: ClipSensor,
  deviceId: string,
  uniqueId: string | null,
  parts: DeviceParts,
  warnings: string[],
): DeviceAnswer {
  const { state } = sensor;
  if (!isObject(state)) return { deviceId, skip: 'malformed' };
  const shown = uniqueId ?? 'a sensor without uniqueid';
  if (!isObject(sensor.config)) warnings.push(`${shown} has no config: taken as switched on and reachable`);
  const config = isObject(sensor.config) ? sensor.config : {};
  if (config['on'] === false) return { deviceId, skip: 'off' };
  // Its value is the last known one and would look fresh.
  if (config['reachable'] === false) return { deviceId, skip: 'unreachable' };
  const raw = state['temperature'];
  if (raw === null || raw === undefined) return { deviceId, skip: 'no_value' };
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return { deviceId, skip: 'malformed' };
  const battery = config['battery']; // may be null for two hours after a restart of the bridge
  return {
    deviceId,
    name: nameOf(sensor, uniqueId, parts),
    // The 23 characters that the parts of a device share name it as well.
    aliases: uniqueId === null ? [] : [uniqueId, ...sharedPrefix(uniqueId)],
    measuredAt: measuredAt(state['lastupdated'], shown, warnings),
    values: {
      temperature_celsius: raw / 100,
      light_lux: luxOf(uniqueId, parts),
      battery_percent: typeof battery === 'number' ? battery : null,
    },
  };
}
