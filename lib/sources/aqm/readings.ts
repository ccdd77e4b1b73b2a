/** The answer of `phoenix/state` for all monitors, read into our words: what each monitor sent, or why it did not. */
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import type { SkipReason } from '../../reading';
import { LONGEST_TEXT } from '../device-text';
import type { DeviceAnswer } from '../source';
import { readDeviceState } from './device-state';
import type { Monitor } from './discovery';
import { asList, asRecord, asText } from './lenient-json';
import type { QuantityName } from '../../quantities';

/** What reading an answer needs in addition. */
export interface ReadingTools {
  logger: Logger;
  redact: Redact;
  now: () => Date;
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
  /** deviceId → quantities that were left out, because their last sample is much older than the newest one */
  oldQuantities: Record<string, Partial<Record<QuantityName, string>>>;
  /** entity ids that Amazon does not know (any more), or left out: the list may have new ones */
  unknownEntities: string[];
}

/** `deviceStates` and `errors` of the answer, as they came. */
export interface StateAnswer {
  deviceStates: unknown[];
  errors: unknown[];
}

export const deviceIdOf = ({ serial }: Monitor): string => `alexa:${serial}`;

export function readStates(answer: StateAnswer, monitors: Monitor[], tools: ReadingTools): StatesRead {
  const devices: DeviceAnswer[] = [];
  const unknownQuantities: UnknownQuantity[] = [];
  const unknownEntities: string[] = [];
  const oldQuantities: StatesRead['oldQuantities'] = {};
  const told = toldBy(answer, monitors);
  for (const monitor of monitors) {
    const { device, unknown = {}, old = {}, unknownEntity = false } = readMonitor(told, monitor, tools);
    devices.push(device);
    if (Object.keys(old).length > 0) oldQuantities[device.deviceId] = old;
    if (unknownEntity) unknownEntities.push(monitor.entity.entityId);
    for (const [instance, value] of Object.entries(unknown)) {
      const description = monitor.meanings.unknown[instance] ?? 'not described';
      unknownQuantities.push({ deviceId: device.deviceId, instance, description, value });
    }
  }
  return { devices, unknownQuantities, oldQuantities, unknownEntities };
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
    oldQuantities: { ...first.oldQuantities, ...second.oldQuantities },
    unknownEntities: [...first.unknownEntities, ...second.unknownEntities],
  };
}

type Container = Record<string, unknown>;

/** An answer by entity, so that a long one is not searched for each monitor. */
interface Told {
  states: ReadonlyMap<string, Container[]>;
  /** the first of each entity */
  errors: ReadonlyMap<string, Container>;
  /** the first error that names no entity, or none that was asked for (its `applianceId`, say) */
  general: Container | undefined;
}

function toldBy(answer: StateAnswer, monitors: readonly Monitor[]): Told {
  const asked = new Set(monitors.map(({ entity }) => entity.entityId));
  const states = new Map<string, Container[]>([...asked].map((id) => [id, []]));
  for (const state of answer.deviceStates.map(asRecord)) states.get(entityIdOf(state))?.push(state);
  const errors = answer.errors.map(asRecord).toReversed();
  return {
    states,
    errors: new Map(errors.map((error) => [entityIdOf(error), error])),
    general: errors.findLast((error) => !asked.has(entityIdOf(error))),
  };
}

function entityIdOf(container: Container): string {
  return asText(asRecord(container['entity'])['entityId']) ?? '';
}

interface MonitorAnswer {
  device: DeviceAnswer;
  /** instance → value, of quantities that have no column */
  unknown?: Record<string, unknown>;
  /** quantity → when it was measured, of those that are not as new as the rest */
  old?: Partial<Record<QuantityName, string>>;
  /** Amazon does not know it by the id it was asked by */
  unknownEntity?: boolean;
}

function readMonitor(told: Told, monitor: Monitor, { logger, redact, now }: ReadingTools): MonitorAnswer {
  const deviceId = deviceIdOf(monitor);
  const left = (skip: SkipReason): DeviceAnswer => ({ deviceId, skip });
  const { entityId } = monitor.entity;
  const found = told.states.get(entityId) ?? [];
  const failure = failureOf(found, told.errors.get(entityId) ?? (found.length === 0 ? told.general : undefined));
  if (failure !== null) {
    if (/not.?found/i.test(failure)) return { device: left('unreachable'), unknownEntity: true };
    logger.debug('device_error', `${deviceId}: ${failure}`, { device_id: deviceId, code: failure });
    return { device: left('unreachable') };
  }
  if (found.length === 0) return { device: left('not_answered'), unknownEntity: true };

  const elements = found.flatMap((state) => asList(state['capabilityStates']));
  const { meanings } = monitor;
  const state = readDeviceState(elements, { meanings, redact, nowMs: now().getTime() });
  for (const sentence of state.broken) {
    logger.warning('broken_element', `${deviceId}: ${sentence}`, { device_id: deviceId });
  }
  const { unknown, values, old } = state;
  if (state.offline) return { device: left('offline'), unknown };
  if (Object.keys(values).length === 0) {
    const unusable = state.broken.length > 0 || found.every((one) => !Array.isArray(one['capabilityStates']));
    return { device: left(unusable ? 'malformed' : 'no_value'), unknown };
  }
  const { name, serial } = monitor;
  return { unknown, old, device: { deviceId, name, aliases: [serial], measuredAt: state.measuredAt, values } };
}

/**
 * What went wrong with a monitor; null if nothing did. An error counts for more than values in the same answer, which
 * are old then. One that is for no monitor in particular counts for all that got no answer.
 */
function failureOf(found: readonly Container[], error: Container | undefined): string | null {
  if (error !== undefined) return errorCode(error) ?? 'unnamed error';
  return found.map((state) => errorCode(state['error'])).find((code) => code !== null) ?? null;
}

function errorCode(error: unknown): string | null {
  const record = asRecord(error);
  const code = asText(record['code']) ?? asText(record['message']) ?? asText(error);
  return code?.slice(0, LONGEST_TEXT) ?? null;
}
