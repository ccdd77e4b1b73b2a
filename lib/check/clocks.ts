/** Two clocks that differ make readings look old, or come from the future. */
import { isBeforeThisProgram, KEEP_TIME } from '../witnesses';
import type { Problem } from './check';

const WARN_OVER_MS = 60_000;
/** More than an interval: every freshness and every graph is wrong. */
const FAIL_OVER_MS = 5 * 60_000;

/** What a box in the home needs for the right time. */
export const GIVE_INTERNET =
  'A bridge gets the time from the internet: let it reach that (router, firewall), restart it, and see whether it agrees';

/** @param owner `the bridge`, `Amazon` */
export function clockProblems(differenceMs: number | null, owner: string, now = new Date()): Problem[] {
  if (isBeforeThisProgram(now.getTime())) return [machineBeforeProgram(now)];
  const distance = Math.abs(differenceMs ?? 0);
  if (differenceMs === null || distance <= WARN_OVER_MS) return [];
  const isTheirs = isBeforeThisProgram(now.getTime() + differenceMs);
  const says = isTheirs ? `, it says ${new Date(now.getTime() + differenceMs).toISOString().slice(0, 10)}` : '';
  return [
    {
      status: distance > FAIL_OVER_MS && !isTheirs ? 'fail' : 'warn',
      message: `the clock of ${owner} is ${durationOf(distance)} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine's${says}`,
      remediation: isTheirs ? { say: GIVE_INTERNET, command: 'node bin/health.js clock' } : KEEP_TIME,
      stops: [],
    },
  ];
}

/** The clock of this machine is certainly wrong. */
export function machineBeforeProgram(now: Date): Problem {
  const says = now.toISOString().replace('T', ' ').slice(0, 16);
  return {
    status: 'fail',
    message: `this machine's clock says ${says} UTC, which is before this program was written`,
    remediation: KEEP_TIME,
    stops: [],
  };
}

/** `2 days`, `3 h`, `5 min`, `40 s` */
export function durationOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
