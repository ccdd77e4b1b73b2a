/** The sensors of a bridge become answers of devices, in our words instead of the vendor's. */
import { QUANTITIES } from '../../quantities';
import type { SkipReason } from '../../reading';
import type { DeviceAnswer } from '../source';
import { isObject, type ClipSensor, type ClipSensors } from './clip';
import { luxOf, measuredAt, nameOf, partsByDevice, sharedPrefix, type DeviceParts } from './device-parts';
import { humidities, type HumidityOf } from './humidity';

/** Matched on the type, never on the model, so that next year's motion sensor works as well. */
const TEMPERATURE_TYPES = ['ZLLTemperature', 'CLIPTemperature', 'ZHATemperature'];

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
  const known = { parts: partsByDevice(sensors), humidityOf: humidities(sensors, isTemperatureSensor), warnings };
  const devices: DeviceAnswer[] = [];
  for (const [id, sensor] of Object.entries(sensors)) {
    if (!isTemperatureSensor(sensor)) continue;
    const uniqueId = typeof sensor.uniqueid === 'string' && sensor.uniqueid !== '' ? sensor.uniqueid : null;
    devices.push(answerOf(sensor, `hue:${uniqueId ?? `sensors/${id}`}`, uniqueId, known));
  }
  return { devices, warnings };
}

/** Whether an answer can be used: it has a value, or all of its sensors are off or away. */
export function isUsable(sensors: ClipSensors): boolean {
  const { devices } = answersOf(sensors);
  const [lowest, highest] = QUANTITIES.temperature_celsius.possible;
  const isAwayOrHasValue = (device: DeviceAnswer): [away: boolean, value: boolean] => {
    if ('skip' in device) return [device.skip === 'off' || device.skip === 'unreachable', false];
    const celsius = device.values.temperature_celsius ?? NaN;
    return [false, celsius >= lowest && celsius <= highest];
  };
  const judged = devices.map(isAwayOrHasValue);
  return judged.some(([, value]) => value) || judged.every(([away]) => away);
}

interface Known {
  parts: DeviceParts;
  humidityOf: HumidityOf;
  warnings: string[];
}

function isTemperatureSensor(sensor: unknown): sensor is ClipSensor {
  return isObject(sensor) && TEMPERATURE_TYPES.includes(sensor['type'] as string);
}

function answerOf(
  sensor: ClipSensor,
  deviceId: string,
  uniqueId: string | null,
  { parts, humidityOf, warnings }: Known,
): DeviceAnswer {
  // The 23 characters that the parts of a device share name it as well.
  const aliases = uniqueId === null ? [deviceId.slice('hue:'.length)] : [uniqueId, ...sharedPrefix(uniqueId)];
  const skipped = (skip: SkipReason): DeviceAnswer => ({ deviceId, aliases, skip });
  const { state } = sensor;
  if (!isObject(state)) return skipped('malformed');
  const shown = uniqueId ?? 'a sensor without uniqueid';
  if (!isObject(sensor.config)) warnings.push(`${shown} has no config: taken as switched on and reachable`);
  const config = isObject(sensor.config) ? sensor.config : {};
  if (config['on'] === false) return skipped('off');
  // Its value is the last known one and would look fresh.
  if (config['reachable'] === false) return skipped('unreachable');
  const raw = state['temperature'];
  if (raw === null || raw === undefined) return skipped('no_value');
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return skipped('malformed');
  const battery = config['battery']; // may be null for two hours after a restart of the bridge
  return {
    deviceId,
    name: nameOf(sensor, uniqueId, parts),
    aliases,
    measuredAt: measuredAt(state['lastupdated'], shown, warnings),
    values: {
      temperature_celsius: raw / 100,
      humidity_percent: humidityOf(sensor),
      light_lux: luxOf(uniqueId, parts),
      battery_percent: typeof battery === 'number' ? battery : null,
    },
  };
}
