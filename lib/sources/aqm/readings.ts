/** The answer of `phoenix/state` for all monitors, read into our words: what each monitor sent, or why it did not. */
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import type { SkipReason } from '../../reading';
import type { DeviceAnswer } from '../source';
import { readDeviceState } from './device-state';
import type { Monitor } from './discovery';
import { asList, asRecord, asText } from './lenient-json';

/** What reading an answer needs in addition. */
export interface ReadingTools {
  logger: Logger;
  redact: Redact;
}

/** A value a monitor sent that has no column: shown, never stored. */
export interface UnknownQuantity {
  deviceId: string;
  instance: string;
  description: string;
  value: unknown;
}

export interface StatesRead {
  devices: DeviceAnswer[];
  unknownQuantities: UnknownQuantity[];
  /** entity ids that Amazon does not know (any more): discovery may have new ones */
  unknownEntities: string[];
}

/** `deviceStates` and `errors` of the answer, as they came. */
export interface StateAnswer {
  deviceStates: unknown[];
  errors: unknown[];
}

export function readStates(answer: StateAnswer, monitors: Monitor[], tools: ReadingTools): StatesRead {
  const devices: DeviceAnswer[] = [];
  const unknownQuantities: UnknownQuantity[] = [];
  const unknownEntities: string[] = [];
  const asked = new Set(monitors.map(({ entity }) => entity.entityId));
  for (const monitor of monitors) {
    const { device, unknown = {}, unknownEntity = false } = readMonitor(answer, monitor, asked, tools);
    devices.push(device);
    if (unknownEntity) unknownEntities.push(monitor.entity.entityId);
    for (const [instance, value] of Object.entries(unknown)) {
      const description = monitor.meanings.unknown[instance] ?? 'not described';
      unknownQuantities.push({ deviceId: device.deviceId, instance, description, value });
    }
  }
  return { devices, unknownQuantities, unknownEntities };
}

/** Two answers of one cycle: the second is of monitors that the first had nothing about; readings of both stay. */
export function together(first: StatesRead, second: StatesRead): StatesRead {
  const ids = (devices: readonly DeviceAnswer[]) => new Set(devices.map(({ deviceId }) => deviceId));
  const readFirst = ids(first.devices.filter((device) => !('skip' in device)));
  const later = second.devices.filter(({ deviceId }) => !readFirst.has(deviceId));
  const askedAgain = ids(later);
  return {
    devices: [...first.devices.filter(({ deviceId }) => !askedAgain.has(deviceId)), ...later],
    unknownQuantities: [...first.unknownQuantities, ...second.unknownQuantities],
    unknownEntities: [...first.unknownEntities, ...second.unknownEntities],
  };
}

interface MonitorAnswer {
  device: DeviceAnswer;
  /** instance → value, of quantities that have no column */
  unknown?: Record<string, unknown>;
  /** Amazon does not know it by the id it was asked by */
  unknownEntity?: boolean;
}

function readMonitor(
  answer: StateAnswer,
  monitor: Monitor,
  asked: ReadonlySet<string>,
  { logger, redact }: ReadingTools,
): MonitorAnswer {
  const deviceId = `alexa:${monitor.serial}`;
  const left = (skip: SkipReason): DeviceAnswer => ({ deviceId, skip });
  const found = answer.deviceStates.map(asRecord).find((state) => namesEntity(state, monitor));
  const failure = found === undefined ? errorFor(answer.errors, monitor, asked) : errorCode(found['error']);
  if (failure !== null) {
    if (/not.?found/i.test(failure)) return { device: left('unreachable'), unknownEntity: true };
    logger.debug('device_error', `${deviceId}: ${failure}`, { device_id: deviceId, code: failure });
    return { device: left('unreachable') };
  }
  if (found === undefined) return { device: left('no_value'), unknownEntity: true };

  const state = readDeviceState(asList(found['capabilityStates']), monitor.meanings, redact);
  for (const sentence of state.broken) {
    logger.warning('broken_element', `${deviceId}: ${sentence}`, { device_id: deviceId });
  }
  const { unknown, values } = state;
  if (state.offline) return { device: left('offline'), unknown };
  if (Object.keys(values).length === 0) {
    const unusable = state.broken.length > 0 || !Array.isArray(found['capabilityStates']);
    return { device: left(unusable ? 'malformed' : 'no_value'), unknown };
  }
  const { name, serial } = monitor;
  return { unknown, device: { deviceId, name, aliases: [serial], measuredAt: state.measuredAt, values } };
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
