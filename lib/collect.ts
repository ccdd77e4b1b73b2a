/**
 * The essay: one cycle from its start to its end. Lock, prove that there is a place to write, ask the device while the
 * database opens, store what it said, or keep it in the spool for the next cycle.
 */
import { asMonitorError, MonitorError } from './errors';
import type { CollectorName } from './reading';
import type { Deadline } from './reliability/deadline';
import type { Source, SourceReport, Traffic } from './sources/source';
import type { Cycle, CycleRecord, StoreReceipt } from './store/store';

/** A database that is open, checked, and has taken in what waited in the spool. */
export interface OpenStore {
  /** whether a corrupt database had to be moved aside for a new one */
  readonly replaced: boolean;
  store(cycle: Cycle): Promise<StoreReceipt>;
  close(): Promise<void>;
}

export interface CollectContext {
  collector: CollectorName;
  /** the `timestamp` of all readings of this cycle */
  startedAt: Date;
  source: Source;
  traffic: Traffic;
  /** @throws MonitorError `overlap` where another cycle of this collector runs */
  lock: () => Promise<{ release(): Promise<void> }>;
  /** @throws MonitorError where neither database nor spool could take a reading */
  proveWritable: () => void;
  openStore: () => Promise<OpenStore>;
  /** Keeps a cycle on disk for the next one. @throws MonitorError where that is impossible, too */
  spool: (cycle: Cycle) => void;
  /** ends the waiting for the database, while there is still time to spool */
  storeDeadline: Deadline;
  retries: () => number;
  exitCodeOf: (failure: MonitorError) => number;
}

export interface CycleResult {
  record: CycleRecord;
  report: SourceReport;
  readingsStored: number;
  readingsSpooled: number;
  /** what went wrong first, if anything did; null for `ok` and for `partial` */
  failure: MonitorError | null;
}

const NOTHING_READ: SourceReport = { readings: [], skipped: {}, devicesSeen: 0 };

export async function collect(context: CollectContext): Promise<CycleResult> {
  const lock = await context.lock();
  try {
    context.proveWritable();
    const opening = settled(context.openStore());
    const reading = await settled(context.source.read());
    const opened = await settled(beforeDeadline(opening.then(unwrap), context.storeDeadline));
    return await keep(context, reading, opened);
  } finally {
    await lock.release();
  }
}

/** Stores the cycle; where the database cannot take it, keeps the readings in the spool. */
async function keep(
  context: CollectContext,
  reading: Settled<SourceReport>,
  opened: Settled<OpenStore>,
): Promise<CycleResult> {
  const { report, failure: readFailure } = outcomeOf(reading);
  const record = recordOf(context, report, readFailure, opened.ok && opened.value.replaced);
  const cycle: Cycle = { record, readings: report.readings };
  try {
    const store = unwrap(opened);
    const receipt = await beforeDeadline(store.store(cycle), context.storeDeadline);
    await settled(beforeDeadline(store.close(), context.storeDeadline));
    return { record, report, readingsStored: receipt.stored, readingsSpooled: 0, failure: readFailure };
  } catch (thrown) {
    const storeFailure = asMonitorError(thrown);
    const failure = readFailure ?? storeFailure;
    fail(record, failure, context.exitCodeOf(failure));
    if (report.readings.length > 0) context.spool(cycle);
    return { record, report, readingsStored: 0, readingsSpooled: report.readings.length, failure };
  }
}

function outcomeOf(reading: Settled<SourceReport>): { report: SourceReport; failure: MonitorError | null } {
  if (!reading.ok) return { report: NOTHING_READ, failure: asMonitorError(reading.thrown) };
  return { report: reading.value, failure: nothingToStore(reading.value) };
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

function recordOf(
  context: CollectContext,
  report: SourceReport,
  failure: MonitorError | null,
  replaced: boolean,
): CycleRecord {
  const partial = replaced || Object.values(report.skipped).includes('malformed');
  const record: CycleRecord = {
    started_at: context.startedAt.toISOString(),
    collector: context.collector,
    outcome: partial ? 'partial' : 'ok',
    exit_code: partial ? 3 : 0,
    duration_ms: Math.round(performance.now()),
    devices_seen: report.devicesSeen,
    devices_skipped: report.skipped,
    requests: context.traffic.requests,
    payload_bytes: context.traffic.payloadBytes,
    endpoint: context.traffic.endpoint,
    retries: context.retries(),
    error_type: null,
    error: null,
  };
  if (failure) fail(record, failure, context.exitCodeOf(failure));
  return record;
}

function fail(record: CycleRecord, failure: MonitorError, exitCode: number): void {
  record.outcome = 'failed';
  record.exit_code = exitCode;
  record.error_type = failure.type;
  record.error = failure.message;
}

type Settled<T> = { ok: true; value: T } | { ok: false; thrown: unknown };

/** Waits without throwing, so that two things can be under way and each failure is looked at in its turn. */
const settled = <T>(promise: Promise<T>): Promise<Settled<T>> =>
  promise.then(
    (value) => ({ ok: true, value }),
    (thrown: unknown) => ({ ok: false, thrown }),
  );

function unwrap<T>(result: Settled<T>): T {
  if (result.ok) return result.value;
  throw result.thrown;
}

/** A waiting connection cannot be called back, but it need not be waited for. */
function beforeDeadline<T>(promise: Promise<T>, { signal }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
