/**
 * One motion sensor is three sensors to the bridge: presence, light and temperature. They share the first 23 characters
 * of their `uniqueid` (`00:17:88:01:02:12:dc:d0`), and only the presence part carries the user's name ("Hall").
 */
import { isoTime } from '../../clock';
import { isObject, type ClipSensor, type ClipSensors } from './clip';

const SHARED_PREFIX_LENGTH = 23;
const SHARED_PREFIX = /^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}/i;

/** shared prefix in lower case → the parts found; of duplicates the first that is not away, else the first */
export type DeviceParts = Map<string, { presence?: ClipSensor; light?: ClipSensor }>;

export function partsByDevice(sensors: ClipSensors): DeviceParts {
  const devices: DeviceParts = new Map();
  for (const sensor of Object.values(sensors)) {
    if (!isObject(sensor)) continue;
    const prefix = prefixOf(sensor['uniqueid']);
    if (prefix === null) continue;
    const parts = devices.get(prefix) ?? {};
    if (sensor['type'] === 'ZLLPresence') parts.presence = present(parts.presence, sensor);
    if (sensor['type'] === 'ZLLLightLevel') parts.light = present(parts.light, sensor);
    devices.set(prefix, parts);
  }
  return devices;
}

/** A sensor that was paired again may leave its former entry behind, with its former name and value. */
export function present(known: ClipSensor | undefined, sensor: ClipSensor): ClipSensor {
  return known === undefined || (isAway(known) && !isAway(sensor)) ? sensor : known;
}

/** Switched off or out of reach: its value is an old one. */
export function isAway({ config }: ClipSensor): boolean {
  return isObject(config) && (config['on'] === false || config['reachable'] === false);
}

/** @returns none for the id of an app's pseudo-sensor */
export function sharedPrefix(uniqueId: string): string[] {
  return SHARED_PREFIX.test(uniqueId) ? [uniqueId.slice(0, SHARED_PREFIX_LENGTH).toLowerCase()] : [];
}

function prefixOf(uniqueId: unknown): string | null {
  return typeof uniqueId === 'string' ? (sharedPrefix(uniqueId)[0] ?? null) : null;
}

/** What its user calls it: the presence part's name, else the sensor's own, else its id. */
export function nameOf(sensor: ClipSensor, uniqueId: string | null, devices: DeviceParts): string {
  const candidates = [devices.get(prefixOf(uniqueId) ?? '')?.presence?.name, sensor.name, uniqueId];
  return candidates.find((name): name is string => typeof name === 'string' && name.trim() !== '') ?? 'unknown';
}

/** lux = 10^((lightlevel − 1)/10000); null from a light part that is absent, off, unreachable or without a value. */
export function luxOf(uniqueId: string | null, devices: DeviceParts): number | null {
  const light = devices.get(prefixOf(uniqueId) ?? '')?.light;
  if (!light || !isObject(light.state) || isAway(light)) return null;
  const level = light.state['lightlevel'];
  return typeof level === 'number' && level >= 0 && level <= 65_535 ? inHundredths(10 ** ((level - 1) / 10_000)) : null;
}

/** More decimals than these would only show how the sensor's logarithm was undone. */
const inHundredths = (lux: number): number => Math.round(lux * 100) / 100;

/** `lastupdated` is UTC without `Z`, or "none". @returns ISO 8601 with milliseconds and `Z`, or null */
export function measuredAt(lastUpdated: unknown, sensorName: string, warnings: string[]): string | null {
  if (lastUpdated === 'none' || lastUpdated === undefined || lastUpdated === null) return null;
  const time = typeof lastUpdated === 'string' ? isoTime(lastUpdated.replace(/Z?$/, 'Z')) : null;
  if (time !== null) return time;
  warnings.push(`${sensorName} has a lastupdated that is not a time`);
  return null;
}
