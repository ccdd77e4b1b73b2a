/** What is odd about the air quality monitors Amazon lists: silent ones, and quantities missing or unknown. */
import { nothingToStore, type SourceReport } from '../accept';
import type { Inspection } from './aqm-source';
import type { Monitor } from './discovery';
import type { Problem } from '../../check/check';
import { allUnreachable, areAllUnreachable } from './nothing-read';
import { deviceIdOf } from './readings';

const CHECK_AGAIN = 'node bin/health.js amazon_aqm --fresh';

export function monitorProblems(inspection: Inspection, report: SourceReport): Problem[] {
  const { monitors, devices, unknownQuantities, oldQuantities } = inspection;
  const warn = (message: string, remedy: string): Problem => ({
    status: 'warn',
    message,
    remediation: `${remedy}, then: ${CHECK_AGAIN}`,
  });
  const old = (monitor: Monitor): Partial<Record<string, string>> => oldQuantities[deviceIdOf(monitor)] ?? {};
  const nothing = nothingToStore(report);
  const stopped: Problem = {
    status: 'fail',
    message: `each cycle fails: ${nothing?.message ?? ''}`,
    remediation: `Restart the monitors, and look for a newer version of this program, then: ${CHECK_AGAIN}`,
  };
  return [
    ...(nothing === null ? [] : [stopped]),
    ...(areAllUnreachable(devices)
      ? [warn(allUnreachable(devices.length), 'See in the Alexa app whether it shows them, and check the network')]
      : []),
    ...monitors.flatMap((monitor) => {
      const reason = report.skipped[deviceIdOf(monitor)];
      if (reason === undefined || areAllUnreachable(devices)) return [];
      return [
        warn(`${nameOf(monitor)} is ${SKIPPED[reason] ?? reason}`, 'Check its plug and its Wi-Fi in the Alexa app'),
      ];
    }),
    ...monitors.flatMap((monitor) => {
      const missing = missingQuantities(monitor, report).filter((quantity) => old(monitor)[quantity] === undefined);
      if (missing.length === 0) return [];
      return [warn(`${nameOf(monitor)} does not send ${missing.join(', ')}`, 'Restart the monitor if it stays so')];
    }),
    ...monitors.flatMap((monitor) =>
      Object.entries(old(monitor)).map(([quantity, since]) =>
        warn(
          `${nameOf(monitor)} sends a ${quantity} of ${since}, which is too old to be stored with the others`,
          'If the value in the Alexa app changes, and this time does not, restart the monitor',
        ),
      ),
    ),
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
  not_answered: "left out of Amazon's answer",
  duplicate_id: 'listed twice',
};

/** What discovery promises and the state did not have; for monitors that are read at all. */
function missingQuantities(monitor: Monitor, { readings }: SourceReport): string[] {
  const reading = readings.find(({ device_id }) => device_id === deviceIdOf(monitor));
  if (reading === undefined) return [];
  const promised = ['temperature_celsius' as const, ...Object.values(monitor.meanings.known)];
  return promised.filter((quantity) => reading[quantity] === null);
}

function nameOf({ name, serial }: Monitor): string {
  return `monitor "${name}" (${serial})`;
}
