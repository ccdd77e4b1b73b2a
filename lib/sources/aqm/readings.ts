/** The answer of `phoenix/state` for all monitors, read into our words: readings, and who was left out and why. */
import type { Config } from '../../config/config';
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import type { Reading, SkipReason } from '../../reading';
import { LONGEST_TEXT, type DeviceTexts } from '../device-text';
import { onePerDevice, type Entry } from '../one-per-device';
import type { SourceReport } from '../source';
import { readDeviceState } from './device-state';
import type { Monitor } from './discovery';
import { asList, asRecord, asText } from './lenient-json';

export interface ReadingRules {
  /** serial → location */
  locations: Record<string, string>;
  validation: Config['validation'];
  logger: Logger;
  redact: Redact;
  texts: DeviceTexts;
}

/** A value a monitor sent that has no column: shown, never stored. */
export interface UnknownQuantity {
  deviceId: string;
  instance: string;
  description: string;
  value: unknown;
}

export interface StatesRead {
  report: SourceReport;
  unknownQuantities: UnknownQuantity[];
  /** entity ids that Amazon does not know (any more): discovery may know better */
  unknownEntities: string[];
}

/** `deviceStates` and `errors` of the answer, as they came. */
export interface StateAnswer {
  deviceStates: unknown[];
  errors: unknown[];
}

export function readStates(answer: StateAnswer, monitors: Monitor[], rules: ReadingRules): StatesRead {
  const entries: Entry[] = [];
  const unknownQuantities: UnknownQuantity[] = [];
  const unknownEntities: string[] = [];

  const asked = new Set(monitors.map(({ entity }) => entity.entityId));

  for (const monitor of monitors) {
    const deviceId = `alexa:${rules.texts.own(monitor.serial)}`;
    const tooLong = monitor.serial.length > LONGEST_TEXT;
    const outcome: MonitorOutcome = tooLong
      ? { skip: 'malformed' }
      : readMonitor(answer, monitor, deviceId, asked, rules);
    if (outcome.unknownEntity) unknownEntities.push(monitor.entity.entityId);
    entries.push({ deviceId, outcome: outcome.reading ?? outcome.skip });
    for (const [instance, value] of Object.entries(outcome.unknown ?? {})) {
      const description = monitor.meanings.unknown[instance] ?? 'not described';
      unknownQuantities.push({ deviceId, instance, description, value });
    }
  }
  const { duplicates, ...read } = onePerDevice(entries);
  for (const device_id of duplicates) {
    const message = `${device_id} is listed more than once: the entry with the newest reading counts`;
    rules.logger.warning('duplicate_id', message, { device_id });
  }
  return { report: { ...read, devicesSeen: monitors.length }, unknownQuantities, unknownEntities };
}

/** Two answers of one cycle: the second is of monitors that the first could not tell of; what either read stays read. */
export function together(first: StatesRead, second: StatesRead): StatesRead {
  const one = first.report;
  const two = second.report;
  const readIn = (report: SourceReport) => new Set(report.readings.map(({ device_id }) => device_id));
  const [readFirst, readSecond] = [readIn(one), readIn(two)];
  const without = (skipped: SourceReport['skipped'], read: ReadonlySet<string>) =>
    Object.entries(skipped).filter(([deviceId]) => !read.has(deviceId));
  const seenFirst = new Set([...readFirst, ...Object.keys(one.skipped)]);
  const seenSecond = new Set([...readSecond, ...Object.keys(two.skipped)]);
  return {
    report: {
      readings: [...one.readings, ...two.readings.filter(({ device_id }) => !readFirst.has(device_id))],
      skipped: Object.fromEntries([...without(one.skipped, readSecond), ...without(two.skipped, readFirst)]),
      devicesSeen: one.devicesSeen + [...seenSecond].filter((deviceId) => !seenFirst.has(deviceId)).length,
    },
    unknownQuantities: [...first.unknownQuantities, ...second.unknownQuantities],
    unknownEntities: [...first.unknownEntities, ...second.unknownEntities],
  };
}

type MonitorOutcome = { unknown?: Record<string, unknown>; unknownEntity?: boolean } & (
  { reading: Reading } | { reading?: never; skip: SkipReason }
);

function readMonitor(
  answer: StateAnswer,
  monitor: Monitor,
  deviceId: string,
  asked: ReadonlySet<string>,
  rules: ReadingRules,
): MonitorOutcome {
  const device = answer.deviceStates.map(asRecord).find((state) => namesEntity(state, monitor));
  const failure = device === undefined ? errorFor(answer.errors, monitor, asked) : errorCode(device['error']);
  if (failure !== null) {
    if (/not.?found/i.test(failure)) return { skip: 'unreachable', unknownEntity: true };
    rules.logger.debug('device_error', `${deviceId}: ${failure}`, { device_id: deviceId, code: failure });
    return { skip: 'unreachable' };
  }
  if (device === undefined) return { skip: 'no_value', unknownEntity: true };

  const state = readDeviceState(asList(device['capabilityStates']), monitor.meanings, rules.redact);
  for (const sentence of state.broken) {
    rules.logger.warning('broken_element', `${deviceId}: ${sentence}`, { device_id: deviceId });
  }
  const { unknown } = state;
  if (state.offline) return { skip: 'offline', unknown };
  if (Object.values(state.quantities).every((value) => value === null)) {
    const unusable = state.broken.length > 0 || !Array.isArray(device['capabilityStates']);
    return { skip: unusable ? 'malformed' : 'no_value', unknown };
  }
  const celsius = state.quantities.temperature_celsius;
  const { temperature_min, temperature_max } = rules.validation;
  return {
    unknown,
    reading: {
      device_id: deviceId,
      device_type: 'alexa_aqm',
      location: rules.texts.own(rules.locations[monitor.serial] ?? monitor.name),
      measured_at: state.measuredAt,
      ...state.quantities,
      is_anomalous: celsius !== null && (celsius < temperature_min || celsius > temperature_max),
    },
  };
}

function namesEntity(container: Record<string, unknown>, monitor: Monitor): boolean {
  return asText(asRecord(container['entity'])['entityId']) === monitor.entity.entityId;
}

/**
 * The code Amazon gave for a monitor. An error that names no entity, or none that was `asked` for (its `applianceId`,
 * say), counts for all that got no answer.
 */
function errorFor(errors: unknown[], monitor: Monitor, asked: ReadonlySet<string>): string | null {
  const records = errors.map(asRecord);
  const own = records.find((error) => namesEntity(error, monitor));
  const general = records.find((error) => !asked.has(asText(asRecord(error['entity'])['entityId']) ?? ''));
  const error = own ?? general;
  return error === undefined ? null : (errorCode(error) ?? 'unnamed error');
}

function errorCode(error: unknown): string | null {
  const record = asRecord(error);
  return asText(record['code']) ?? asText(record['message']) ?? asText(error);
}
