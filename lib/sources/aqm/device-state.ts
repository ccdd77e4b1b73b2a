/** The `capabilityStates` of one monitor, read into quantities. A broken element does not affect the others. */
import { isInFuture, isoTime, isSensorTime } from '../../clock';
import { excerptOf, type Redact } from '../../logging/redact';
import type { Quantities, QuantityName } from '../../quantities';
import { LONGEST_TEXT } from '../device-text';
import { asRecord, asText } from './lenient-json';
import type { InstanceMeanings } from './quantities';

export interface DeviceState {
  /** its values; a quantity that is not there was not sent, or is much older than the newest one */
  values: Partial<Quantities>;
  /** the monitor's own time, UTC ISO 8601: when the newest of the values was measured; null if it sent none */
  measuredAt: string | null;
  /** the monitor has no connection: its values are old */
  offline: boolean;
  /** a sentence per element that could not be read */
  broken: string[];
  /** quantity → when its last sample was measured; one row has one time, which would make them seem new */
  old: Partial<Record<QuantityName, string>>;
  /** instance → value, of quantities that have no column */
  unknown: Record<string, unknown>;
}

export interface StateTools {
  meanings: InstanceMeanings;
  /** for what is quoted of an element */
  redact: Redact;
  /** milliseconds since 1970 */
  nowMs: number;
}

/** So many odd elements of a monitor are told. */
const MOST_ODD = 20;

/** What is older than the newest quantity by more than this is not stored as if it were as new. */
const AS_NEW_MS = 15 * 60_000;

interface Sample {
  value: number;
  /** UTC ISO 8601; null if it is not known */
  time: string | null;
}

/** @param elements `capabilityStates`: JSON texts of `{namespace, name, value, instance, timeOfSample}` */
export function readDeviceState(elements: unknown[], { meanings, redact, nowMs }: StateTools): DeviceState {
  const shown = (value: unknown) => excerptOf(JSON.stringify([value]).slice(1, -1), 60, redact);
  const samples = new Map<QuantityName, Sample>();
  const broken: string[] = [];
  const unknown: Record<string, unknown> = {};
  let connectivity: { said: string; time: string | null } | null = null;

  /** Of several samples the newest counts; of equally old ones the first. */
  const isNewer = (time: string | null, than: string | null) => rankOf(time, nowMs) > rankOf(than, nowMs);
  const keep = (quantity: QuantityName, value: number, time: string | null) => {
    const known = samples.get(quantity);
    if (known === undefined || isNewer(time, known.time)) samples.set(quantity, { value, time });
  };

  for (const element of elements) {
    const state = asRecord(element);
    const { namespace, name, value } = state;
    const time = sampleTime(state['timeOfSample'], nowMs);
    if (asText(namespace) === null) {
      broken.push('a capability state is not JSON of the usual shape');
    } else if (namespace === 'Alexa.EndpointHealth' && name === 'connectivity') {
      const said = asText(asRecord(value)['value']) ?? asText(value);
      if (said !== null && (connectivity === null || isNewer(time, connectivity.time))) connectivity = { said, time };
    } else if (namespace === 'Alexa.TemperatureSensor' && name === 'temperature') {
      if (isNothing(value)) continue;
      const celsius = readCelsius(value);
      if (celsius === null) broken.push(`temperature ${shown(value)} is not a temperature`);
      else keep('temperature_celsius', celsius, time);
    } else if (namespace === 'Alexa.RangeController' && name === 'rangeValue') {
      const instance = asText(state['instance'])?.slice(0, LONGEST_TEXT) ?? '';
      const quantity = Object.hasOwn(meanings.known, instance) ? meanings.known[instance] : undefined;
      if (isNothing(value)) continue;
      if (quantity === undefined) {
        if (Object.keys(unknown).length < MOST_ODD) unknown[instance] ??= value;
      } else if (typeof value === 'number' && Number.isFinite(value)) keep(quantity, value, time);
      else broken.push(`${quantity} ${shown(value)} is not a number`);
    }
  }
  const offline = connectivity !== null && connectivity.said.toUpperCase() !== 'OK';
  return { ...withoutOldOnes(samples, nowMs), offline, broken: broken.slice(0, MOST_ODD), unknown };
}

/** @returns null if it is not a time at which a monitor can have measured */
function sampleTime(value: unknown, nowMs: number): string | null {
  const time = isoTime(value);
  return time !== null && isSensorTime(Date.parse(time), nowMs) ? time : null;
}

/** A null is a value that the monitor does not have at the moment, not a broken one. */
function isNothing(value: unknown): boolean {
  return value === null || asRecord(value)['value'] === null;
}

/** A time in the future is the mistake of a clock: it is worth less than a believable one, and more than none. */
function rankOf(time: string | null, nowMs: number): number {
  if (time === null) return -Infinity;
  const milliseconds = Date.parse(time);
  return isInFuture(milliseconds, nowMs) ? -milliseconds : milliseconds;
}

function withoutOldOnes(
  samples: ReadonlyMap<QuantityName, Sample>,
  nowMs: number,
): Pick<DeviceState, 'values' | 'measuredAt' | 'old'> {
  const times = [...samples.values()].flatMap(({ time }) => time ?? []);
  const measuredAt = times.sort((one, other) => rankOf(one, nowMs) - rankOf(other, nowMs)).at(-1) ?? null;
  const newestMs = measuredAt === null ? NaN : Date.parse(measuredAt);
  const values: Partial<Quantities> = {};
  const old: DeviceState['old'] = {};
  for (const [quantity, { value, time }] of samples) {
    if (time !== null && newestMs - Date.parse(time) > AS_NEW_MS) old[quantity] = time;
    else values[quantity] = value;
  }
  return { values, measuredAt, old };
}

function readCelsius(value: unknown): number | null {
  const { value: degrees, scale } = asRecord(value);
  if (typeof degrees !== 'number' || !Number.isFinite(degrees)) return null;
  return toCelsius(degrees, scale);
}

function toCelsius(degrees: number, scale: unknown): number | null {
  switch (scale) {
    case 'CELSIUS':
      return degrees;
    case 'FAHRENHEIT':
      return hundredths(((degrees - 32) * 5) / 9);
    case 'KELVIN':
      return hundredths(degrees - 273.15);
    default:
      return null;
  }
}

/** Converting makes digits that no sensor has; hundredths are finer than its quarter of a degree. */
function hundredths(celsius: number): number {
  return Math.round(celsius * 100) / 100;
}
