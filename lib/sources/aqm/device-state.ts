/** The `capabilityStates` of one monitor, read into quantities. A broken element does not affect the others. */
import { excerptOf, type Redact } from '../../logging/redact';
import type { Quantities } from '../../quantities';
import { asRecord, asText } from './lenient-json';
import type { InstanceMeanings } from './quantities';

export interface DeviceState {
  /** its values; a quantity that is not there was not sent */
  values: Partial<Quantities>;
  /** the monitor's own time, UTC ISO 8601: the temperature's, else the newest of all; null if it sent none */
  measuredAt: string | null;
  /** the monitor has no connection: its values are old */
  offline: boolean;
  /** a sentence per element that could not be read */
  broken: string[];
  /** instance → value, of quantities that have no column */
  unknown: Record<string, unknown>;
}

/**
 * @param elements `capabilityStates`: JSON texts of `{namespace, name, value, instance, timeOfSample}`
 * @param redact for what is quoted of them
 */
export function readDeviceState(elements: unknown[], meanings: InstanceMeanings, redact: Redact): DeviceState {
  const shown = (value: unknown) => excerptOf(JSON.stringify([value]).slice(1, -1), 60, redact);
  const values: Partial<Quantities> = {};
  const broken: string[] = [];
  const unknown: Record<string, unknown> = {};
  const times: string[] = [];
  let temperatureTime: string | null = null;
  let connectivity: string | null = null;

  for (const element of elements) {
    const state = asRecord(element);
    const { namespace, name, value } = state;
    const time = readTime(state['timeOfSample']);
    if (asText(namespace) === null) {
      broken.push('a capability state is not JSON of the usual shape');
    } else if (namespace === 'Alexa.EndpointHealth' && name === 'connectivity') {
      connectivity ??= asText(asRecord(value)['value']) ?? asText(value);
    } else if (namespace === 'Alexa.TemperatureSensor' && name === 'temperature') {
      if (values.temperature_celsius !== undefined) continue;
      const celsius = readCelsius(value);
      if (celsius === null) broken.push(`temperature ${shown(value)} is not a temperature`);
      else [values.temperature_celsius, temperatureTime] = [celsius, time];
    } else if (namespace === 'Alexa.RangeController' && name === 'rangeValue') {
      const instance = asText(state['instance']) ?? '';
      const quantity = Object.hasOwn(meanings.known, instance) ? meanings.known[instance] : undefined;
      if (quantity === undefined) unknown[instance] ??= value;
      else if (values[quantity] !== undefined) continue;
      else if (typeof value !== 'number' || !Number.isFinite(value)) {
        broken.push(`${quantity} ${shown(value)} is not a number`);
      } else {
        values[quantity] = value;
        if (time !== null) times.push(time);
      }
    }
  }
  return {
    values,
    measuredAt: temperatureTime ?? times.sort().at(-1) ?? null,
    offline: connectivity !== null && connectivity.toUpperCase() !== 'OK',
    broken,
    unknown,
  };
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

/** ISO 8601 in UTC with milliseconds, or null if it is not a time. */
function readTime(value: unknown): string | null {
  const milliseconds = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
