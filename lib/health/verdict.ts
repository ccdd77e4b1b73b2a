/** What all checks together mean: healthy, degraded or critical, and the exit code of each. */
import type { Problem, Status } from '../check/check';

export interface Verdict {
  status: 'healthy' | 'degraded' | 'critical';
  exit_code: 0 | 1 | 2;
}

/**
 * Critical is a state in which no enabled source is read and stored.
 * @param enabled which sources are wanted; none wanted is a fault of the configuration and critical as such
 */
export function verdictOf(
  reports: readonly { status: Status; problems: readonly Pick<Problem, 'stops'>[] }[],
  enabled: readonly string[],
): Verdict {
  if (!reports.some(({ status }) => status === 'fail')) return { status: 'healthy', exit_code: 0 };
  const stopped = new Set(reports.flatMap(({ problems }) => problems.flatMap(({ stops = [] }) => stops)));
  const critical = enabled.every((collector) => stopped.has(collector));
  return critical ? { status: 'critical', exit_code: 2 } : { status: 'degraded', exit_code: 1 };
}
