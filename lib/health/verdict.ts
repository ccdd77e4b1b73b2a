/** What all checks together mean: healthy, degraded or critical, and the exit code of each. */
import type { Problem, Status } from '../check/check';
import { HEALTH_EXIT } from '../exit-codes';

export interface Verdict {
  status: keyof typeof HEALTH_EXIT;
  exit_code: (typeof HEALTH_EXIT)[Verdict['status']];
}

/**
 * Critical is a state in which no enabled source is read and stored.
 * @param enabled which sources are wanted; none wanted is a fault of the configuration and critical as such
 */
export function verdictOf(
  reports: readonly { status: Status; problems: readonly Pick<Problem, 'stops'>[] }[],
  enabled: readonly string[],
): Verdict {
  const stopped = new Set(reports.flatMap(({ problems }) => problems.flatMap(({ stops = [] }) => stops)));
  const fails = reports.some(({ status }) => status === 'fail');
  const worst = enabled.every((collector) => stopped.has(collector)) ? 'critical' : 'degraded';
  const status = fails ? worst : 'healthy';
  return { status, exit_code: HEALTH_EXIT[status] };
}
