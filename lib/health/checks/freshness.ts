/** Do new measurements arrive? Judged by the sensor's own time: a value that is stored again every five minutes may be old. */
import { newestBelieved } from '../../clock';
import { SOURCES } from '../../sources/all';
import type { SourceRow } from '../../sources/source';
import type { Database } from '../../store/database';
import { latestPerDevice, type StoredReading } from '../../store/queries';
import { isComplete } from '../../store/vanished';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { durationOf } from '../../check/clocks';
import { gapProblems, lastCycles, type LastCycles } from './cycles';
import {
  deviceDetails,
  futureMeasurements,
  lateDevices,
  limitsOf,
  vanishedProblems,
  type Limits,
} from './fresh-devices';
import { askDatabase } from './read-database';

export async function checkFreshness(context: CheckContext): Promise<Judgement> {
  const judged = await askDatabase(context.config.storage.data_directory, (database) => judge(database, context));
  return judged ?? { message: 'a new installation: no cycle has run yet', problems: [], details: {} };
}

async function judge(database: Database, { config, installation, now }: CheckContext): Promise<Judgement> {
  const latest = await latestPerDevice(database, newestBelieved(now().getTime()));
  const problems: Problem[] = [];
  const details: Record<string, unknown> = { devices: latest.map((reading) => deviceDetails(reading, now())) };
  const said: string[] = [];
  for (const row of SOURCES.filter(({ collector }) => installation.enabled.includes(collector))) {
    const { collector } = row;
    const cycles = await lastCycles(database, collector, now());
    details[collector] = { last_cycle: cycles.newest, last_good_cycle: cycles.newestGood?.started_at ?? null };
    const future = cycles.inFuture === 0 ? '' : `, ${cycles.inFuture} with a time in the future`;
    if (cycles.newest === null) {
      said.push(`${collector}: no cycle yet${future}`);
      if (cycles.inFuture > 0) problems.push(allInFuture(collector));
      continue;
    }
    const devices = latest.filter((reading) => reading.device_type === row.deviceType && isJudged(reading, cycles));
    problems.push(
      ...cycleProblems(row, cycles, limitsOf(config), now()),
      ...lateDevices(devices, limitsOf(config), now()),
      ...(await futureMeasurements(database, devices, limitsOf(config), now())),
      ...(await vanishedProblems(database, row, now())),
      ...gapProblems(collector, cycles, limitsOf(config).gapMs, now()),
    );
    const age = ageOf(cycles.newest.started_at, now());
    said.push(`${collector}: ${devices.length} devices, last cycle ${age} ago${future}`);
  }
  return { message: said.join('; '), problems, details };
}

function allInFuture(collector: string): Problem {
  return {
    status: 'warn',
    message: `all cycles of ${collector} have a time in the future`,
    remediation: {
      say: 'Check the clock of this machine, then see which they are',
      command: 'timedatectl; node bin/data.js clock',
    },
  };
}

/**
 * A device is not judged if the last successful cycle found it switched off, or did not find it in the list; if that cycle
 * had no answer of one of the bridges, it is.
 */
function isJudged({ device_id, timestamp }: StoredReading, { newestGood }: LastCycles): boolean {
  if (newestGood === null || timestamp >= newestGood.started_at) return true;
  if (!isComplete(newestGood.devices_skipped)) return newestGood.devices_skipped[device_id] !== 'off';
  const reason = newestGood.devices_skipped[device_id];
  return reason !== undefined && reason !== 'off';
}

function cycleProblems(
  { collector, program }: SourceRow,
  { newest }: LastCycles,
  limits: Limits,
  now: Date,
): Problem[] {
  if (newest === null) return [];
  const command = `node bin/${program}.js`;
  const ageMs = now.getTime() - Date.parse(newest.started_at);
  const problems: Problem[] = [];
  if (ageMs > limits.warnMs) {
    problems.push({
      status: ageMs > limits.failMs ? 'fail' : 'warn',
      message: `the last cycle of ${collector} was ${durationOf(ageMs)} ago`,
      remediation: { say: 'Check whether cron runs it, and run it once by hand', command: `crontab -l; ${command}` },
    });
  }
  if (newest.outcome === 'failed') {
    problems.push({
      status: 'warn',
      message: `the last cycle of ${collector} failed (${newest.error_type ?? 'unknown'}): ${newest.error ?? 'no reason was stored'}`,
      remediation: { say: 'Run it by hand to see whether it still fails', command },
      causedBy: /^(database_|future_schema|file_system|not_mounted)/.test(newest.error_type ?? '')
        ? 'database'
        : collector,
    });
  }
  if (newest.outcome === 'partial' && newest.error_type === 'too_many_devices') {
    problems.push({
      status: 'warn',
      message: `the last cycle of ${collector} stored a part of what was listed: ${newest.error ?? ''}`,
      remediation: `Look at what is listed; if all of it is yours, raise collection.max_devices: ${command} --dry-run`,
    });
  }
  return problems;
}

function ageOf(time: string, now: Date): string {
  return durationOf(now.getTime() - Date.parse(time));
}
