/** What is odd about the sensors that a bridge lists: none at all, silent ones, and weak batteries. */
import type { Problem } from '../../check/check';
import type { SkipReason } from '../../reading';
import { nothingToStore, type SourceReport } from '../accept';
import { LOOK_AGAIN } from './health-bridge';

const BATTERY_LOW_PERCENT = 20;

/** What a skipped sensor is called, and what to do about it. */
const SKIPPED: Partial<Record<SkipReason, [string, string]>> = {
  off: ['switched off in the Hue app', 'Switch them on in the Hue app'],
  unreachable: ['not reachable', 'Check their batteries and their distance to the next lamp'],
  malformed: ['readable only in part', 'Update the bridge in the Hue app'],
};

export function sensorProblems(report: SourceReport): Problem[] {
  const { readings, skipped, devicesSeen } = report;
  const problems: Problem[] = [];
  const nothing = nothingToStore(report);
  if (devicesSeen > 0 && nothing !== null) {
    problems.push({
      status: 'fail',
      message: `each cycle fails: ${nothing.message}`,
      remediation: { say: 'Restart the bridge and update it in the Hue app, then', command: LOOK_AGAIN },
    });
  }
  if (devicesSeen === 0) {
    problems.push({
      status: 'fail',
      message: 'the bridge lists no temperature sensor',
      remediation: { say: 'Add a motion sensor in the Hue app, then', command: LOOK_AGAIN },
    });
  }
  for (const [reason, [what, remedy]] of Object.entries(SKIPPED)) {
    const devices = Object.keys(skipped).filter((device) => skipped[device] === reason);
    if (devices.length === 0) continue;
    problems.push({
      status: 'warn',
      message: `${devices.length} of ${devicesSeen} sensors ${what}: ${devices.join(', ')}`,
      remediation: { say: `${remedy}, then`, command: LOOK_AGAIN },
    });
  }
  const weak = readings.filter(({ battery_percent: battery }) => battery !== null && battery < BATTERY_LOW_PERCENT);
  if (weak.length > 0) {
    const list = weak.map(({ location, battery_percent: battery }) => `${location} (${battery} %)`).join(', ');
    problems.push({
      status: 'warn',
      message: `batteries under ${BATTERY_LOW_PERCENT} %: ${list}`,
      remediation: { say: 'Put in new ones, then', command: LOOK_AGAIN },
    });
  }
  return problems;
}
