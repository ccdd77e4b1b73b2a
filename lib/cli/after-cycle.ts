/** What follows a cycle that is stored and has released its lock: none of it changes the outcome. */
import type { Heartbeat } from '../alert/heartbeat';
import type { CycleResult } from '../collect';
import { createHttp } from '../http/fetch';
import { beforeDeadline } from '../reliability/deadline';
import type { Source, SourceKit } from '../sources/source';
import { retrierOf, type Cycle } from './cycle';
import { forgetOldCycles } from './forget-old';
import { handOn } from './hand-on';
import { sayVanished } from './say-vanished';
import { warnOfEnvironment } from './warn-of-environment';

/** Starts the heartbeat if secrets.yaml has an address for it; a dry run is not a cycle and sends none. */
export async function startHeartbeatOf({ row, end, isDryRun }: Cycle, kit: SourceKit): Promise<Heartbeat | null> {
  const url = kit.secrets.heartbeat?.[row.collector];
  if (url === undefined || isDryRun) return null;
  const { startHeartbeat } = await import('../alert/heartbeat');
  return startHeartbeat(url, { http: createHttp(), logger: kit.logger, signal: end.storing.signal });
}

interface Ended {
  kit: SourceKit;
  source: Source;
  result: CycleResult;
  heartbeat: Heartbeat | null;
}

/** The warnings, the alert, the heartbeat, what the home wants to know, the retention; then the log is closed. */
export async function afterCycle(cycle: Cycle, { kit, source, result, heartbeat }: Ended): Promise<void> {
  const { row, config, files, log, logger, end } = cycle;
  const retrier = retrierOf(cycle, end.storing);
  if (!cycle.isDryRun) {
    if (row.tellsVanished !== true && result.vanished.length > 0) await sayVanished(config.storage, logger, result);
    const { environment } = cycle.terminal;
    await warnOfEnvironment({ files, environment }, config.storage.data_directory, log);
    const { record, failure, report, clock } = result;
    const isUnasked = failure?.type === 'overlap' || failure?.type === 'not_mounted';
    const remainingMs = () => end.storing.remainingMs();
    const settled = isUnasked ? undefined : source.afterCycle?.({ retrier, remainingMs });
    const { readings } = report;
    const isGood = failure === null;
    const home = { ...kit, row, cycle: record.started_at, readings, remainingMs: remainingMs() };
    const handedOn = isGood ? handOn(home) : null;
    const heartbeatSent = heartbeat?.end(record.exit_code, failure?.type ?? record.outcome);
    const forgotten = isGood ? forgetOldCycles(kit, clock, end.storing.signal) : undefined;
    const all = Promise.allSettled([settled, handedOn, heartbeatSent, forgotten]);
    await beforeDeadline(all, end.storing, end.graceMs).catch(() => undefined);
  }
  await log.finish((operation, attempt) => retrier.run(operation, attempt));
  end.clear();
}
