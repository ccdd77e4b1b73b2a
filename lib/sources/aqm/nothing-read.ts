/** An answer of Amazon in which no monitor has a value: when that is everyday life, when a warning, when a failure. */
import { MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import type { DeviceAnswer } from '../source';
import { IF_IT_STAYS } from './answer';
import type { StatesRead } from './readings';
import type { SessionState } from './session-state';

/** @returns the failure of the cycle; null if something was read, or the monitors have usual reasons to be silent */
export function nothingRead({ devices, unknownEntities }: StatesRead): MonitorError | null {
  if (devices.length === 0 || devices.some((device) => !('skip' in device))) return null;
  if (devices.some((device) => isSkipped(device, 'not_answered'))) {
    return new MonitorError("Amazon's answer leaves out monitors that were asked for, and has no value of any", {
      type: 'invalid_response',
      permanent: true,
      remediation: IF_IT_STAYS,
    });
  }
  if (unknownEntities.length < devices.length) return null;
  return new MonitorError(`Amazon knows none of the ${devices.length} monitors by the ids that it gave before`, {
    type: 'no_monitor',
    permanent: true,
    remediation: {
      say: 'The device list is asked for again by itself. See whether the monitors are in the Alexa app, and check the login',
      command: 'node bin/auth-amazon.js --check',
    },
  });
}

export function areAllUnreachable(devices: readonly DeviceAnswer[]): boolean {
  return (
    devices.length > 0 && devices.every((device) => isSkipped(device, 'unreachable') || isSkipped(device, 'offline'))
  );
}

/** What is likely if all monitors are silent at once. */
export function allUnreachable(count: number): string {
  if (count === 1) return 'The only monitor cannot be reached: its plug, its Wi-Fi, or the account';
  return `All ${count} monitors cannot be reached at once: more likely the account or the network than all plugs`;
}

/** Warns once, when it begins. */
export function warnIfAllUnreachable(
  { devices }: StatesRead,
  state: SessionState,
  { logger, now }: { logger: Logger; now: () => Date },
): void {
  const isSo = areAllUnreachable(devices);
  if (isSo && state.all_unreachable_since === null) {
    logger.warning('all_unreachable', `${allUnreachable(devices.length)}.`, { devices: devices.length });
  }
  state.all_unreachable_since = isSo ? (state.all_unreachable_since ?? now().toISOString()) : null;
}

function isSkipped(device: DeviceAnswer, reason: string): boolean {
  return 'skip' in device && device.skip === reason;
}
