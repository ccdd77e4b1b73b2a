/** What is odd about the air quality monitors Amazon lists: silent ones, and quantities missing or unknown. */
import type { SourceReport } from '../accept';
import type { Inspection } from './aqm-source';
import type { Monitor } from './discovery';
import type { Problem } from '../../check/check';

const CHECK_AGAIN = 'node bin/health.js amazon_aqm --fresh';

export function monitorProblems({ monitors, unknownQuantities }: Inspection, report: SourceReport): Problem[] {
  const warn = (message: string, remedy: string): Problem => ({
    status: 'warn',
    message,
    remediation: `${remedy}, then: ${CHECK_AGAIN}`,
  });
  return [
    ...monitors.flatMap((monitor) => {
      const reason = report.skipped[idOf(monitor)];
      if (reason === undefined) return [];
      return [
        warn(`${nameOf(monitor)} is ${SKIPPED[reason] ?? reason}`, 'Check its plug and its Wi-Fi in the Alexa app'),
      ];
    }),
    ...monitors.flatMap((monitor) => {
      const missing = missingQuantities(monitor, report);
      if (missing.length === 0) return [];
      return [warn(`${nameOf(monitor)} does not send ${missing.join(', ')}`, 'Restart the monitor if it stays so')];
    }),
    ...unknownQuantities.map(({ deviceId, instance, description }) =>
      warn(
        `${deviceId} measures something this version does not know (instance ${instance}: ${description}), which is not stored`,
        'Install a newer version, or report it',
      ),
    ),
  ];
}

const SKIPPED: Partial<Record<string, string>> = {
  offline: 'offline',
  unreachable: 'not reachable',
  no_value: 'listed, but sends no value',
  malformed: 'sending values that cannot be read',
  duplicate_id: 'listed twice',
};

/** What discovery promises and the state did not have; for monitors that are read at all. */
function missingQuantities(monitor: Monitor, { readings }: SourceReport): string[] {
  const reading = readings.find(({ device_id }) => device_id === idOf(monitor));
  if (reading === undefined) return [];
  const promised = ['temperature_celsius' as const, ...Object.values(monitor.meanings.known)];
  return promised.filter((quantity) => reading[quantity] === null);
}

function idOf({ serial }: Monitor): string {
  return `alexa:${serial}`;
}

function nameOf({ name, serial }: Monitor): string {
  return `monitor "${name}" (${serial})`;
}
