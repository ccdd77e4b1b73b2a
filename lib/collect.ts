/**
 * The essay: one cycle from its start to its end. Lock, prove that there is a place to write, ask the device, store
 * what it said; where the database cannot take it, keep it in the spool, which the next cycle stores first.
 */
import { asMonitorError, MonitorError } from './errors';
import type { CollectorName } from './reading';
import type { Deadline } from './reliability/deadline';
import type { Source, SourceReport, Traffic } from './sources/source';
import type { Cycle, CycleRecord, Store } from './store/store';

export interface CollectContext {
  collector: CollectorName;
  /** the `timestamp` of all readings of this cycle */
  startedAt: Date;
  source: Source;
  traffic: Traffic;
  /** @throws MonitorError `overlap` where another cycle of this collector runs */
  lock: () => Promise<{ release(): Promise<void> }>;
  /** @throws MonitorError where neither the database nor the spool could take a reading */
  proveWritable: () => void;
  /** retries included */
  store: Store;
  /** Opens the store while the device answers; what goes wrong shows again when it is used. */
  openStore: () => Promise<void>;
  spool: {
    /** Stores the cycles that wait. @throws MonitorError where the database cannot take them */
    replay(): Promise<void>;
    /** Keeps a cycle on disk. @throws MonitorError where that is impossible, too */
    add(cycle: Cycle): void;
  };
  /** ends the waiting for the database while there is still time to spool */
  storeDeadline: Deadline;
  retries: () => number;
  exitCodeOf: (failure: MonitorError) => number;
}

export interface CycleResult {
  record: CycleRecord;
  report: SourceReport;
  readingsStored: number;
  readingsSpooled: number;
  /** where a corrupt database was moved, if this cycle had to replace it */
  replaced: string | null;
  /** why the cycle failed; null for `ok` and `partial` */
  failure: MonitorError | null;
}

const NOTHING_READ: SourceReport = { readings: [], skipped: {}, devicesSeen: 0 };

export async function collect(context: CollectContext): Promise<CycleResult> {
  const lock = await context.lock();
  try {
    context.proveWritable();
    const opening = context.openStore().catch(() => undefined);
    const { report, failure } = await look(context.source);
    await beforeDeadline(opening, context.storeDeadline).catch(() => undefined);
    return await keep(context, report, failure);
  } finally {
    // The last connection moves the WAL into the database: between two cycles readings.db is whole by itself.
    await beforeDeadline(context.store.close(), context.storeDeadline).catch(() => undefined);
    await lock.release();
  }
}

/** Reads the source without throwing: a cycle that failed has its row, too. */
export async function look(source: Source): Promise<{ report: SourceReport; failure: MonitorError | null }> {
  try {
    const report = await source.read();
    return { report, failure: nothingToStore(report) };
  } catch (thrown) {
    return { report: NOTHING_READ, failure: asMonitorError(thrown) };
  }
}

/** An answer without a reading is a failure, unless every device has its everyday reason (off, unreachable, offline). */
function nothingToStore({ readings, skipped, devicesSeen }: SourceReport): MonitorError | null {
  const everyday = devicesSeen > 0 && !Object.values(skipped).includes('malformed');
  if (readings.length > 0 || everyday) return null;
  const message =
    devicesSeen === 0
      ? 'the answer lists no sensor: nothing to store'
      : `none of the ${devicesSeen} sensors gave a usable reading: nothing to store`;
  const remediation = 'Run "node bin/health.js" to see which sensors are known.';
  return new MonitorError(message, { type: 'no_readings', permanent: true, remediation });
}

/** Stores what waits and this cycle; where the database cannot take it, spools it. */
async function keep(
  context: CollectContext,
  report: SourceReport,
  readFailure: MonitorError | null,
): Promise<CycleResult> {
  const record = recordOf(context, report, readFailure);
  const cycle: Cycle = { record, readings: report.readings };
  try {
    const finish = () => Object.assign(record, { duration_ms: elapsedMs(), retries: context.retries() });
    const storing = context.spool.replay().then(() => context.store.store(cycle, finish));
    const { stored } = await beforeDeadline(storing, context.storeDeadline);
    const { replaced } = context.store;
    if (replaced !== null && record.outcome === 'ok') Object.assign(record, { outcome: 'partial', exit_code: 3 });
    return { record, report, readingsStored: stored, readingsSpooled: 0, replaced, failure: readFailure };
  } catch (thrown) {
    const failure = readFailure ?? asMonitorError(thrown);
    fail(record, failure, context);
    record.duration_ms = elapsedMs();
    spool(context, cycle);
    return { record, report, readingsStored: 0, readingsSpooled: report.readings.length, replaced: null, failure };
  }
}

/** Spools the cycle; one without readings for its row alone, which is no reason to fail in another way. */
function spool(context: CollectContext, cycle: Cycle): void {
  try {
    context.spool.add(cycle);
  } catch (thrown) {
    if (cycle.readings.length > 0) throw thrown;
  }
}

export function recordOf(
  context: Pick<CollectContext, 'startedAt' | 'collector' | 'traffic' | 'retries' | 'exitCodeOf'>,
  report: SourceReport,
  failure: MonitorError | null,
): CycleRecord {
  const partial = Object.values(report.skipped).includes('malformed');
  const record: CycleRecord = {
    started_at: context.startedAt.toISOString(),
    collector: context.collector,
    outcome: partial ? 'partial' : 'ok',
    exit_code: partial ? 3 : 0,
    duration_ms: elapsedMs(),
    devices_seen: report.devicesSeen,
    devices_skipped: report.skipped,
    requests: context.traffic.requests,
    payload_bytes: context.traffic.payloadBytes,
    endpoint: context.traffic.endpoint,
    retries: context.retries(),
    error_type: null,
    error: null,
  };
  if (failure) fail(record, failure, context);
  return record;
}

function fail(record: CycleRecord, failure: MonitorError, context: Pick<CollectContext, 'exitCodeOf'>): void {
  record.outcome = 'failed';
  record.exit_code = context.exitCodeOf(failure);
  record.error_type = failure.type;
  record.error = failure.message;
}

/** since the process started */
const elapsedMs = (): number => Math.round(performance.now());

/** A waiting connection cannot be called back, but it need not be waited for. */
function beforeDeadline<T>(promise: Promise<T>, { signal }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
