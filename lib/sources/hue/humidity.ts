/**
 * Humidity beside temperature: apps (CLIP) and deCONZ (ZHA) list what one device measures as several sensors. They belong
 * together if their `uniqueid` is the same up to its last `-`; else if they have the same name.
 */
import { isObject, type ClipSensor, type ClipSensors } from './clip';
import { isAway, present } from './device-parts';

const HUMIDITY_TYPES = ['CLIPHumidity', 'ZHAHumidity'];

/** In %; null if the device has none, or it is off, unreachable or without a value. */
export type HumidityOf = (temperatureSensor: ClipSensor) => number | null;

/** @param isTemperature a name that several temperature sensors share says nothing */
export function humidities(sensors: ClipSensors, isTemperature: (sensor: unknown) => boolean): HumidityOf {
  const byDevice = new Map<string, ClipSensor>();
  const byName = new Map<string, ClipSensor[]>();
  const temperatureNames = new Map<unknown, number>();
  for (const sensor of Object.values(sensors)) {
    if (!isObject(sensor)) continue;
    const { name } = sensor;
    if (isTemperature(sensor)) temperatureNames.set(name, (temperatureNames.get(name) ?? 0) + 1);
    if (!HUMIDITY_TYPES.includes(sensor['type'] as string)) continue;
    const device = deviceOf(sensor);
    if (device !== null) byDevice.set(device, present(byDevice.get(device), sensor));
    if (typeof name === 'string' && name !== '') byName.set(name, [...(byName.get(name) ?? []), sensor]);
  }
  return (sensor) => {
    const named = typeof sensor.name === 'string' ? (byName.get(sensor.name) ?? []) : [];
    const isOnlyOne = named.length === 1 && temperatureNames.get(sensor.name) === 1;
    return valueOf(byDevice.get(deviceOf(sensor) ?? '') ?? (isOnlyOne ? named[0] : undefined));
  };
}

/** `00:15:8d:00:02:3a:1b:0c-01-0402` → `00:15:8d:00:02:3a:1b:0c-01` */
function deviceOf({ uniqueid }: ClipSensor): string | null {
  const end = typeof uniqueid === 'string' ? uniqueid.lastIndexOf('-') : -1;
  return end > 0 ? (uniqueid as string).slice(0, end).toLowerCase() : null;
}

/** `state.humidity` is a whole number in 0.01 %. */
function valueOf(sensor: ClipSensor | undefined): number | null {
  if (!sensor || !isObject(sensor.state) || isAway(sensor)) return null;
  const raw = sensor.state['humidity'];
  return typeof raw === 'number' ? raw / 100 : null;
}
