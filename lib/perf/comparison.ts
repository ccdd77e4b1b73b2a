/** Whether the sensors-only endpoint meets its two goals (FR-034, FR-035), and if not, why. */
import type { Measurement } from './measurement';

export interface Criterion {
  name: 'payload' | 'duration';
  /** how much less than the full configuration it must be, at least */
  goal_percent: number;
  /** of the medians; negative if it is more */
  reduction_percent: number;
  met: boolean;
  /** why it is not met; null if it is met */
  reason: string | null;
}

export function compare(full: Measurement, sensors: Measurement): Criterion[] {
  const payload = criterion('payload', 50, full.payload_bytes.median, sensors.payload_bytes.median);
  const duration = criterion('duration', 30, full.duration_ms.median, sensors.duration_ms.median);
  if (!payload.met) {
    const [whole, part] = [full.payload_bytes.median, sensors.payload_bytes.median].map(Math.round);
    payload.reason = `of the ${whole} bytes of the full configuration, ${part} are for the sensors: a home with few lights, scenes and rules saves little`;
  }
  if (!duration.met) {
    const [whole, part] = [full.duration_ms.median, sensors.duration_ms.median].map(Math.round);
    duration.reason = `a cycle with the full configuration takes ${whole} ms, with the sensors alone ${part} ms: ${
      payload.met
        ? 'the link is fast, and the rest of a cycle is the same for both'
        : 'an answer that is hardly smaller is hardly faster'
    }`;
  }
  return [payload, duration];
}

function criterion(name: Criterion['name'], goal: number, full: number, sensors: number): Criterion {
  const reduction_percent = reductionPercent(full, sensors);
  return { name, goal_percent: goal, reduction_percent, met: reduction_percent >= goal, reason: null };
}

/** How much less `now` is than `before`, in percent with one decimal, rounded down so that a goal is never met by rounding. */
export function reductionPercent(before: number, now: number): number {
  return before === 0 ? 0 : Math.floor((1 - now / before) * 1000) / 10;
}
