/**
 * One reading a device, even if it is listed several times: a bridge keeps the entries of sensors that were paired
 * again.
 */
import { isInFuture } from '../clock';
import type { Reading, SkipReason } from '../reading';

/** What one entry of the list gave: a reading, or the reason why not. */
export interface Entry {
  deviceId: string;
  outcome: Reading | SkipReason;
}

/**
 * Of several entries with one id the one with a reading counts, then the newest, then the first. If none has a reading,
 * `malformed` is the reason given for the device, else what the first gave.
 * @param nowMs what was measured later is the newest only if there is no other: its clock is wrong
 * @returns also the ids that were listed more than once
 */
export function onePerDevice(
  entries: readonly Entry[],
  nowMs: number,
): {
  readings: Reading[];
  skipped: Record<string, SkipReason>;
  duplicates: string[];
} {
  const byDevice = new Map<string, Entry['outcome'][]>();
  for (const { deviceId, outcome } of entries) {
    const outcomes = byDevice.get(deviceId);
    if (outcomes) outcomes.push(outcome);
    else byDevice.set(deviceId, [outcome]);
  }
  const readings: Reading[] = [];
  const skipped: Record<string, SkipReason> = {};
  const duplicates: string[] = [];
  for (const [deviceId, [first = 'no_value', ...others]] of byDevice) {
    const best = others.reduce((one, other) => (rank(other, nowMs) > rank(one, nowMs) ? other : one), first);
    if (typeof best === 'object') readings.push(best);
    if (typeof best === 'string') skipped[deviceId] = best;
    else if (others.length > 0) skipped[deviceId] = 'duplicate_id';
    if (others.length > 0) duplicates.push(deviceId);
  }
  return { readings, skipped, duplicates };
}

/** Of two outcomes the higher one counts. */
function rank(outcome: Entry['outcome'], nowMs: number): number {
  if (typeof outcome === 'string') return outcome === 'malformed' ? -2 * FOR_EVER_MS : -3 * FOR_EVER_MS;
  if (outcome.measured_at === null) return -FOR_EVER_MS;
  const ms = Date.parse(outcome.measured_at);
  return isInFuture(ms, nowMs) ? -ms : ms;
}

/** More than any time has. */
const FOR_EVER_MS = 1e16;
