/** The result of all checks together: healthy, degraded or critical, and its exit code. */
import type { Problem, Status } from '../check/check';
import { HEALTH_EXIT } from '../exit-codes';

export interface Verdict {
  status: keyof typeof HEALTH_EXIT;
  exit_code: (typeof HEALTH_EXIT)[Verdict['status']];
}

/**
 * It is critical if no enabled source can be read and stored.
 * @param enabled the enabled sources; none at all is a fault of the configuration, and critical
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
