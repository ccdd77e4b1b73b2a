/** Here the vendor's words end: the sensors of a bridge become readings, or a reason why not. */
import { NO_QUANTITIES } from '../../quantities';
import type { Reading, SkipReason } from '../../reading';
import { LONGEST_TEXT, ownText } from '../device-text';
import { onePerDevice, type Entry } from '../one-per-device';
import type { SourceReport } from '../source';
import { isObject, type ClipSensor, type ClipSensors } from './clip';
import { locationOf, luxOf, measuredAt, partsByDevice, type DeviceParts } from './device-parts';

/** Matched on the type, never on the model, so that next year's motion sensor works as well. */
const TEMPERATURE_TYPES = ['ZLLTemperature', 'CLIPTemperature'];

/** No room is colder or hotter, in °C: such a value is not a measurement. */
const COLDER_THAN_ANY_ROOM = -60;
const HOTTER_THAN_ANY_ROOM = 100;

export interface HueReadingRules {
  /** uniqueid of the temperature part (or the 23 characters its device's parts share) → location */
  locations: Record<string, string>;
  temperatureMin: number;
  temperatureMax: number;
}

export interface HueReport extends SourceReport {
  /** sentences about broken elements of devices whose reading is good all the same */
  warnings: string[];
  /** ids that are listed more than once */
  duplicates: string[];
}

/** How many of these sensors measure temperature at all, whatever their state. */
export function countTemperatureSensors(sensors: ClipSensors): number {
  return Object.values(sensors).filter(isTemperatureSensor).length;
}

/**
 * Reads every temperature sensor of the map; a broken one never costs another.
 * @param own makes a text of the bridge ours
 */
export function readingsOf(sensors: ClipSensors, rules: HueReadingRules, own = ownText): HueReport {
  const warnings: string[] = [];
  const devices = partsByDevice(sensors);
  const entries: Entry[] = [];
  for (const [id, sensor] of Object.entries(sensors)) {
    if (!isTemperatureSensor(sensor)) continue;
    const uniqueId = typeof sensor.uniqueid === 'string' && sensor.uniqueid !== '' ? sensor.uniqueid : null;
    const told = uniqueId ?? `sensors/${id}`;
    const deviceId = `hue:${own(told)}`;
    const read = () => readOne(sensor, uniqueId === null ? null : own(uniqueId), devices, rules, warnings);
    const result = told.length > LONGEST_TEXT ? 'malformed' : read();
    const outcome =
      typeof result === 'string' ? result : { ...result, device_id: deviceId, location: own(result.location) };
    entries.push({ deviceId, outcome });
  }
  return { ...onePerDevice(entries), devicesSeen: entries.length, warnings };
}

function isTemperatureSensor(sensor: unknown): sensor is ClipSensor {
  return isObject(sensor) && TEMPERATURE_TYPES.includes(sensor['type'] as string);
}

function readOne(
  sensor: ClipSensor,
  uniqueId: string | null,
  devices: DeviceParts,
  rules: HueReadingRules,
  warnings: string[],
): Omit<Reading, 'device_id'> | SkipReason {
  const name = uniqueId ?? 'a sensor without uniqueid';
  const { state } = sensor;
  if (!isObject(state)) return 'malformed';
  if (!isObject(sensor.config)) warnings.push(`${name} has no config: taken as switched on and reachable`);
  const config = isObject(sensor.config) ? sensor.config : {};
  if (config['on'] === false) return 'off';
  if (config['reachable'] === false) return 'unreachable'; // its value is the last known one and would look fresh
  const raw = state['temperature'];
  if (raw === null || raw === undefined) return 'no_value';
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return 'malformed';
  const celsius = raw / 100;
  if (celsius < COLDER_THAN_ANY_ROOM || celsius > HOTTER_THAN_ANY_ROOM) return 'malformed';
  const battery = config['battery']; // may be null for two hours after a restart of the bridge
  return {
    ...NO_QUANTITIES,
    device_type: 'hue_sensor',
    location: locationOf(sensor, uniqueId, devices, rules.locations),
    measured_at: measuredAt(state['lastupdated'], name, warnings),
    temperature_celsius: celsius,
    light_lux: luxOf(uniqueId, devices),
    battery_percent: typeof battery === 'number' && battery >= 0 && battery <= 100 ? battery : null,
    is_anomalous: celsius < rules.temperatureMin || celsius > rules.temperatureMax,
  };
}
