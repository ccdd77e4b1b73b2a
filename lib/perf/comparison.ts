/** Whether the sensors-only endpoint meets its two goals (FR-034, FR-035), and if not, why. */
import type { Measurement, Spread } from './measurement';

export interface Criterion {
  name: 'payload' | 'duration';
  /** how much less than the full configuration it must be, at least */
  goal_percent: number;
  /** of the medians; negative if it is more */
  reduction_percent: number;
  /** the same against the captured baseline; null if there is none of this bridge */
  baseline_reduction_percent: number | null;
  met: boolean;
  /** why it is not met; null if it is met */
  reason: string | null;
}

/**
 * @param baseline what the full configuration cost when it was captured, of the same bridge: the goals hold against it as
 *   well as against the full configuration of today
 */
export function compare(full: Measurement, sensors: Measurement, baseline: Measurement | null = null): Criterion[] {
  const payload = criterion('payload', 50, full.payload_bytes, sensors.payload_bytes, baseline?.payload_bytes);
  const duration = criterion('duration', 30, full.duration_ms, sensors.duration_ms, baseline?.duration_ms);
  const isLess = ({ reduction_percent, goal_percent }: Criterion) => reduction_percent >= goal_percent;
  if (!isLess(payload)) {
    const [whole, part] = [full.payload_bytes.median, sensors.payload_bytes.median].map(Math.round);
    payload.reason = `of the ${whole} bytes of the full configuration, ${part} are for the sensors: a home with few lights, scenes and rules saves little`;
  }
  if (!isLess(duration)) {
    const [whole, part] = [full.duration_ms.median, sensors.duration_ms.median].map(Math.round);
    duration.reason = `a cycle with the full configuration takes ${whole} ms, with the sensors alone ${part} ms: ${
      isLess(payload)
        ? 'the link is fast, and the rest of a cycle is the same for both'
        : 'an answer that is hardly smaller is hardly faster'
    }`;
  }
  for (const one of [payload, duration]) {
    if (!one.met) one.reason ??= `only ${one.baseline_reduction_percent} % less than the baseline`;
  }
  return [payload, duration];
}

function criterion(
  name: Criterion['name'],
  goal: number,
  full: Spread,
  sensors: Spread,
  baseline: Spread | undefined,
): Criterion {
  const reduction_percent = reductionPercent(full.median, sensors.median);
  const against = baseline === undefined ? null : reductionPercent(baseline.median, sensors.median);
  const met = reduction_percent >= goal && (against === null || against >= goal);
  return {
    ...{ name, goal_percent: goal, reduction_percent, baseline_reduction_percent: against },
    ...{ met, reason: null },
  };
}

/** How much less `now` is than `before`, in percent with one decimal, rounded down so that a goal is never met by rounding. */
export function reductionPercent(before: number, now: number): number {
  return before === 0 ? 0 : Math.floor((1 - now / before) * 1000) / 10;
}
