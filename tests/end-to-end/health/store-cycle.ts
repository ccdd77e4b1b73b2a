/** A cycle of the bridge in the past, stored as collectors store. */
import { loadConfig } from '../../../lib/config/load';
import { readingsDatabase } from '../../../lib/store/readings-database';
import type { Outcome } from '../../../lib/store/store';
import { recordingLogger } from '../../support/recording-logger';
import { cycleOf, hueReading } from '../../support/cycles';
import type { Bench } from './bench';

export interface StoredCycle {
  outcome?: Outcome;
  /** its readings waited in the spool */
  spooled?: boolean;
  /** the sensor's own time is ahead of the cycle's */
  measuredAheadMinutes?: number;
}

export async function storeCycle(bench: Bench, minutesAgo: number, given: StoredCycle = {}): Promise<void> {
  const { outcome = 'ok', spooled = false, measuredAheadMinutes = 0 } = given;
  const database = readingsDatabase(loadConfig(bench.home.configFile).storage, recordingLogger());
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  const { uniqueid } = bench.bridge.motionSensor('Hall').temperature;
  const measured_at = new Date(Date.parse(at) + measuredAheadMinutes * 60_000).toISOString();
  const reading = hueReading(`hue:${uniqueid ?? ''}`, { measured_at });
  await database.storeAll([{ ...cycleOf(at, 'hue', [reading], { outcome }), spooled }]);
  await database.close();
  bench.own();
}
