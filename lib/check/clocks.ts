/** Two clocks that differ make readings look old, or come from the future. */
import type { Problem } from './check';

const WARN_OVER_MS = 60_000;
/** More than an interval: every freshness and every graph is wrong. */
const FAIL_OVER_MS = 5 * 60_000;

export function clockProblems(differenceMs: number | null, owner: string): Problem[] {
  const distance = Math.abs(differenceMs ?? 0);
  if (differenceMs === null || distance <= WARN_OVER_MS) return [];
  return [
    {
      status: distance > FAIL_OVER_MS ? 'fail' : 'warn',
      message: `the clock of ${owner} is ${durationOf(distance)} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's`,
      remediation:
        'See whether this machine keeps time, and switch that on: timedatectl; sudo timedatectl set-ntp true',
      stops: [],
    },
  ];
}

/** `2 days`, `3 h`, `5 min`, `40 s` */
export function durationOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
