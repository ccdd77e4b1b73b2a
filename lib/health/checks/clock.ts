/** Whose clock is right nobody knows, but two that differ make readings look old, or come from the future. */
import type { Http } from '../../http/http';
import type { Problem } from '../check';

const WARN_OVER_MS = 60_000;
/** More than an interval: every freshness and every graph is wrong. */
const FAIL_OVER_MS = 5 * 60_000;

export interface ClockWatch {
  /** the same exchange, whose answers' `Date` is noticed */
  http: Http;
  /** theirs minus ours, in milliseconds, to the second; null where no answer told the time */
  difference(): number | null;
}

export function watchClock(http: Http, now: () => Date): ClockWatch {
  let differenceMs: number | null = null;
  return {
    http: async (request) => {
      const response = await http(request);
      const theirs = Date.parse(response.header('date') ?? '');
      if (!Number.isNaN(theirs)) differenceMs = theirs - Math.floor(now().getTime() / 1000) * 1000;
      return response;
    },
    difference: () => differenceMs,
  };
}

export function clockProblems(differenceMs: number | null, whose: string): Problem[] {
  const distance = Math.abs(differenceMs ?? 0);
  if (differenceMs === null || distance <= WARN_OVER_MS) return [];
  return [
    {
      status: distance > FAIL_OVER_MS ? 'fail' : 'warn',
      message: `the clock of ${whose} is ${durationOf(distance)} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's`,
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
