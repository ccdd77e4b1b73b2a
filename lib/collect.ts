/**
 * The essay: one cycle from its start to its end. Lock, prove that there is a place to write, ask the device, store
 * what it said; where the database cannot take it, keep it in the spool, which the next cycle stores first.
 */
import { asMonitorError, MonitorError } from './errors';
import type { Redact } from './logging/redact';
import type { CollectorName } from './reading';
import type { CycleEnd } from './reliability/cycle-end';
import { beforeDeadline } from './reliability/deadline';
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
    /** Keeps a cycle on disk, retries included. @throws MonitorError where that is impossible, too */
    add(cycle: Cycle): Promise<void>;
  };
  /** ends the reading while there is still time to store, and the storing while there is still time to spool */
  end: Pick<CycleEnd, 'reading' | 'storing' | 'graceMs'>;
  retries: () => number;
  exitCodeOf: (failure: MonitorError) => number;
  /** masks what must not be stored: devices echo what they were asked, key included */
  redact: Redact;
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

/** Never throws: what hinders a cycle, another one of this collector included, is the `failure` of its result. */
export async function collect(context: CollectContext): Promise<CycleResult> {
  const { end, store } = context;
  let lock: { release(): Promise<void> } | undefined;
  try {
    lock = await context.lock();
    context.proveWritable();
    const opening = context.openStore().catch(() => undefined);
    const { report, failure } = await look(context);
    await beforeDeadline(opening, end.storing, end.graceMs).catch(() => undefined);
    return await keep(context, report, failure);
  } catch (thrown) {
    return unkept(context, NOTHING_READ, asMonitorError(thrown));
  } finally {
    // The last connection moves the WAL into the database: between two cycles readings.db is whole by itself.
    await beforeDeadline(store.close(), end.storing, end.graceMs).catch(() => undefined);
    await lock?.release().catch(() => undefined); // it goes with the process at the latest
  }
}

/** Reads the source without throwing: a cycle that failed has its row, too. */
export async function look({
  source,
  end,
}: Pick<CollectContext, 'source' | 'end'>): Promise<{ report: SourceReport; failure: MonitorError | null }> {
  try {
    const report = await beforeDeadline(source.read(), end.reading, end.graceMs);
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
  const { end } = context;
  const record = recordOf(context, report, readFailure);
  const cycle: Cycle = { record, readings: report.readings };
  try {
    const finish = () => Object.assign(record, { duration_ms: elapsedMs(), retries: context.retries() });
    const storing = context.spool.replay().then(() => context.store.store(cycle, finish));
    const { stored } = await beforeDeadline(storing, end.storing, end.graceMs);
    const { replaced } = context.store;
    if (replaced !== null && record.outcome === 'ok') Object.assign(record, { outcome: 'partial', exit_code: 3 });
    return { record, report, readingsStored: stored, readingsSpooled: 0, replaced, failure: readFailure };
  } catch (thrown) {
    const reason: unknown = end.storing.signal.reason;
    const interrupted = reason instanceof MonitorError && reason.type === 'interrupted' ? reason : null;
    const failure = readFailure ?? interrupted ?? asMonitorError(thrown);
    const result = unkept(context, report, failure);
    try {
      result.record.lock_wait_ms = context.store.lockWaitMs;
      await context.spool.add({ record: result.record, readings: report.readings });
      return { ...result, readingsSpooled: report.readings.length };
    } catch (alsoThrown) {
      const lost = report.readings.length;
      return lost === 0 ? result : { ...result, failure: failureThatLost(lost, failure, asMonitorError(alsoThrown)) };
    }
  }
}

/** Neither the database nor the spool took them: that must be said, and what hinders the spool is the nearer thing to mend. */
function failureThatLost(readings: number, { message, type, permanent, cause }: MonitorError, spool: MonitorError) {
  const sentences = [
    message,
    ...(spool.message === message ? [] : [spool.message]),
    ...(spool.message.includes('are lost') ? [] : [`${readings} readings are lost.`]),
  ];
  return new MonitorError(sentences.map(asSentence).join(' '), {
    type,
    permanent,
    cause,
    remediation: spool.remediation,
  });
}

const asSentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A cycle of which nothing is in the database, not even its row. */
function unkept(context: CollectContext, report: SourceReport, failure: MonitorError): CycleResult {
  const record = recordOf(context, report, failure);
  return { record, report, readingsStored: 0, readingsSpooled: 0, replaced: null, failure };
}

export function recordOf(
  context: Pick<CollectContext, 'startedAt' | 'collector' | 'traffic' | 'retries' | 'exitCodeOf' | 'redact'>,
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

function fail(
  record: CycleRecord,
  failure: MonitorError,
  context: Pick<CollectContext, 'exitCodeOf' | 'redact'>,
): void {
  record.outcome = 'failed';
  record.exit_code = context.exitCodeOf(failure);
  record.error_type = failure.type;
  record.error = context.redact(failure.message);
}

/** since the process started */
const elapsedMs = (): number => Math.round(performance.now());
