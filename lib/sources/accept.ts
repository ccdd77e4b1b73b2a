/**
 * Turns the answer of a source into readings, for every source in the same way. Names are repaired, the configuration's
 * locations and offsets are used, a value that is impossible in a room is left out, of several entries with one id one is kept, and
 * odd temperatures are marked.
 */
import type { Config } from '../config/config';
import { MonitorError, type ErrorType } from '../errors';
import type { Logger } from '../logging/logger';
import { NO_QUANTITIES, QUANTITIES, QUANTITY_NAMES, type Quantities } from '../quantities';
import { MAKES_PARTIAL, type Reading, type SkipReason } from '../reading';
import { configuredFor, warnOfUnused, type Configured } from './configured-for';
import { LONGEST_TEXT, type DeviceTexts } from './device-text';
import { onePerDevice, type Entry } from './one-per-device';
import { sensorTimes, type HeardClock, type SensorTimes } from './sensor-times';
import { isOfDevice, type DeviceAnswer, type PartFailure, type SourceAnswer, type SourceRow } from './source';

/** The result of reading a source once. */
export interface SourceReport {
  readings: Reading[];
  /** device_id → why it gave no reading; part → the type of its failure */
  skipped: Record<string, SkipReason | ErrorType>;
  /** how many devices the source listed: readings, skipped and left out together */
  devicesSeen: number;
  /** how many were only counted, because there are more than `collection.max_devices` */
  leftOut: number;
  /** parts of the source that could not be read; absent if there are none */
  failedParts?: readonly PartFailure[];
}

export interface Acceptance {
  row: Pick<SourceRow, 'deviceType' | 'idPrefix' | 'needs'>;
  locations: Configured<string>;
  /** °C that are added to a temperature */
  offsets?: Configured<number> | undefined;
  validation: Config['validation'];
  /** `collection.max_devices` */
  maxDevices: number;
  texts: DeviceTexts;
  logger: Logger;
  /** absent: all clocks are right */
  clock?: HeardClock;
}

export function accept(answers: readonly SourceAnswer[], acceptance: Acceptance): SourceReport {
  const { row, locations, offsets = {}, texts, logger, maxDevices } = acceptance;
  const { clock = { deviceErrorMs: 0, latestMs: Date.now() } } = acceptance;
  const { timeOf, sayWrong } = sensorTimes(clock, logger);
  const failedParts = answers.filter((answer): answer is PartFailure => 'part' in answer);
  const devices = answers.filter(isOfDevice);
  const accepted = devices.slice(0, maxDevices);
  const entries = accepted.map((device): Entry => {
    const prefixLength = device.deviceId.indexOf(':') + 1; // it is ours
    const vendorId = device.deviceId.slice(prefixLength);
    const deviceId = device.deviceId.slice(0, prefixLength) + texts.own(vendorId);
    return {
      deviceId,
      outcome: vendorId.length > LONGEST_TEXT ? 'malformed' : outcomeOf(device, deviceId, acceptance, timeOf),
    };
  });
  const { duplicates, ...kept } = onePerDevice(entries, clock.latestMs);
  for (const device_id of duplicates) {
    const message = `${device_id} is listed more than once: the entry with the newest reading counts`;
    logger.warning('duplicate_id', message, { device_id });
  }
  sayWrong();
  const leftOut = devices.length - accepted.length;
  if (leftOut > 0) {
    const message = `the answer lists ${leftOut} sensors more than collection.max_devices (${maxDevices}): they were left out`;
    logger.warning('too_many_devices', message, { left_out: leftOut });
  }
  const report = { readings: kept.readings, devicesSeen: devices.length, leftOut };
  if (failedParts.length === 0) {
    warnOfUnused(devices, row.idPrefix, { locations, offsets }, logger);
    return { ...report, skipped: kept.skipped };
  }
  const skipped: SourceReport['skipped'] = { ...kept.skipped };
  for (const { part, failure } of failedParts) skipped[part] = failure.type;
  return { ...report, skipped, failedParts };
}

function outcomeOf(
  device: DeviceAnswer,
  device_id: string,
  acceptance: Acceptance,
  timeOf: SensorTimes['timeOf'],
): Reading | SkipReason {
  if ('skip' in device) return device.skip;
  const { row, locations, offsets = {}, validation, texts, logger } = acceptance;
  const { quantities, impossible } = possible(device.values);
  const isNothing = Object.values(quantities).every((value) => value === null);
  if (isNothing || row.needs.some((name) => quantities[name] === null)) {
    return impossible.length > 0 ? 'malformed' : 'no_value';
  }
  for (const sentence of impossible) {
    logger.warning('broken_element', `${device_id}: ${sentence}`, { device_id });
  }
  // The limits are about the sensor, so its own value is judged.
  const celsius = quantities.temperature_celsius;
  const offset = celsius === null ? null : configuredFor(device, row.idPrefix, offsets) || null;
  return {
    device_id,
    device_type: row.deviceType,
    location: texts.own(configuredFor(device, row.idPrefix, locations) ?? device.name),
    measured_at: timeOf(device, device_id),
    ...quantities,
    ...(celsius === null || offset === null ? {} : { temperature_celsius: sumOf(celsius, offset) }),
    temperature_offset_celsius: offset,
    is_anomalous: celsius !== null && (celsius < validation.temperature_min || celsius > validation.temperature_max),
  };
}

/** The values that are possible in a room; for each other value a sentence. */
function possible(values: Partial<Quantities>): { quantities: Quantities; impossible: string[] } {
  const quantities = { ...NO_QUANTITIES };
  const impossible: string[] = [];
  for (const name of QUANTITY_NAMES) {
    const value = values[name] ?? null;
    if (value === null) continue;
    const [lowest, highest] = QUANTITIES[name].possible;
    // A text with digits in it compares like a number, and would be stored as a text.
    if (Number.isFinite(value) && value >= lowest && value <= highest) quantities[name] = value;
    else impossible.push(`${name} ${value} cannot be measured in a room (${lowest} to ${highest})`);
  }
  return { quantities, impossible };
}

/** 20.1 and 0.2 are 20.3, not 20.300000000000004: no sensor is finer. */
function sumOf(celsius: number, offset: number): number {
  return Number((celsius + offset).toFixed(6));
}

/** An answer without a reading is a failure, unless every device has a usual reason (off, unreachable, offline). */
export function nothingToStore({
  readings,
  skipped,
  devicesSeen,
  failedParts = [],
}: SourceReport): MonitorError | null {
  if (devicesSeen === 0 && failedParts.length > 0) return allFailed(failedParts);
  const everyday = devicesSeen > 0 && !Object.values(skipped).some((reason) => MAKES_PARTIAL.includes(reason));
  if (readings.length > 0 || everyday) return null;
  const message =
    devicesSeen === 0
      ? 'the answer lists no sensor: nothing to store'
      : `none of the ${devicesSeen} sensors gave a usable reading: nothing to store`;
  const remediation = { say: 'See which sensors are known', command: 'node bin/health.js' };
  return new MonitorError(message, { type: 'no_readings', permanent: true, remediation });
}

/** The first part decides on the type and the exit code; what the others have is said as well. */
function allFailed(failedParts: readonly PartFailure[]): MonitorError {
  const [first, ...others] = failedParts.map(({ failure }) => failure) as [MonitorError, ...MonitorError[]];
  if (others.length === 0) return first;
  return first.retold({ message: [first, ...others].map(({ message }) => message).join('; ') });
}
