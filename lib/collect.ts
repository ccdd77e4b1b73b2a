/**
 * One cycle from its start to its end: lock, prove that there is a place to write, ask the device, judge its answer,
 * store it; if the database cannot take it, keep it in the spool, which the next cycle stores first.
 */
import { nothingToStore, type SourceReport } from './sources/accept';
import { asMonitorError, MonitorError } from './errors';
import { recordOf, type Answer, type CycleFacts } from './cycle-record';
import type { CycleEnd } from './reliability/cycle-end';
import { beforeDeadline } from './reliability/deadline';
import { isOfDevice, type DeviceAnswer, type Source, type SourceAnswer } from './sources/source';
import type { Cycle, CycleRecord, Effort, Store } from './store/store';
import { isComplete } from './store/vanished';
import { UNHEARD, type ClockVerdict } from './witnesses';
import { asSentence } from './wording';

export interface CollectContext extends CycleFacts {
  source: Pick<Source, 'read'>;
  /** which clock is believed, asked when the devices have answered, or failed to; never throws */
  judgeClock: (devices: readonly DeviceAnswer[]) => Promise<ClockVerdict>;
  /** what we make of the devices' answers */
  accept: (answers: readonly SourceAnswer[], clock: ClockVerdict) => SourceReport;
  storage: CycleStorage;
  /** ends the reading while there is still time to store, and the storing while there is still time to spool */
  end: Pick<CycleEnd, 'reading' | 'storing' | 'graceMs'>;
}

/** Where a cycle is stored. All of it tries again as long as that may help. */
export interface CycleStorage {
  /** @throws MonitorError `overlap` if another cycle of this collector runs */
  lock(): Promise<{ release(): Promise<void> }>;
  /** @throws MonitorError if neither the database nor the spool could take a reading */
  proveWritable(): Promise<void>;
  /** Opens the store while the device answers; what goes wrong shows again when it is used. */
  openStore(): Promise<void>;
  store: Store;
  /** the cost of storing so far */
  effort: Effort;
  spool: {
    /** Stores the cycles that wait. @throws MonitorError if the database cannot take them */
    replay(): Promise<void>;
    /** Keeps a cycle on disk. @throws MonitorError if that is impossible, too */
    add(cycle: Cycle): Promise<void>;
  };
}

export interface CycleResult {
  record: CycleRecord;
  clock: ClockVerdict;
  report: SourceReport;
  readingsStored: number;
  readingsSpooled: number;
  /** where a corrupt database was moved, if this cycle had to replace it */
  replaced: string | null;
  /** the devices that the last complete cycle was told of, and this one was not */
  vanished: readonly string[];
  /** why the cycle failed; null for `ok` and `partial` */
  failure: MonitorError | null;
}

const NOTHING_READ: SourceReport = { readings: [], skipped: {}, devicesSeen: 0, leftOut: 0 };

/** Never throws: what stops a cycle, also another cycle of this collector, is the `failure` of its result. */
export async function collect(context: CollectContext): Promise<CycleResult> {
  const { end, source, storage } = context;
  let lock: { release(): Promise<void> } | undefined;
  try {
    lock = await storage.lock();
    await storage.proveWritable();
    const { collector, startedAt } = context;
    const opening = storage.openStore().then(() => storage.store.listedBefore(collector, startedAt.getTime()));
    opening.catch(() => undefined);
    const answer = await judged(context, source.read());
    const before = await beforeDeadline(opening, end.storing, end.graceMs).catch(() => []);
    return { ...(await keep(context, answer)), vanished: vanishedFrom(before, answer) };
  } catch (thrown) {
    return unkept(context, { report: NOTHING_READ, failure: null, clock: UNHEARD }, asMonitorError(thrown));
  } finally {
    // The last connection moves the WAL into the database: between two cycles readings.db is whole by itself.
    await beforeDeadline(storage.store.close(), end.storing, end.graceMs).catch(() => undefined);
    await lock?.release().catch(() => undefined); // it ends with the process at the latest
  }
}

/** A failed cycle, and one in which a part of the source did not answer, cannot tell who is gone. */
function vanishedFrom(before: readonly string[], { report, failure }: Answer): string[] {
  if (failure !== null || report.devicesSeen === 0 || report.leftOut > 0 || !isComplete(report.skipped)) return [];
  const listed = new Set([...report.readings.map(({ device_id }) => device_id), ...Object.keys(report.skipped)]);
  return before.filter((id) => !listed.has(id));
}

/** What we make of the reading. Never throws: a cycle that failed has its row, too. */
async function judged(context: CollectContext, reading: Promise<SourceAnswer[]>): Promise<Answer> {
  const { accept, judgeClock, end } = context;
  try {
    const answers = await beforeDeadline(reading, end.reading, end.graceMs);
    const clock = await judgeClock(answers.filter(isOfDevice));
    const report = accept(answers, clock);
    return { report, failure: nothingToStore(report), clock };
  } catch (thrown) {
    return { report: NOTHING_READ, failure: asMonitorError(thrown), clock: await judgeClock([]) };
  }
}

/** Stores what waits and this cycle; if the database cannot take it, spools it. */
async function keep(context: CollectContext, answer: Answer): Promise<CycleResult> {
  const { end, storage } = context;
  const { report, failure: readFailure, clock } = answer;
  const { readings } = report;
  try {
    const judge = (tooManyNew: readonly string[]) =>
      recordOf(context, { ...answer, report: without(report, tooManyNew) }, readFailure);
    const storing = storage.spool.replay().then(() => storage.store.store(readings, judge));
    const record = await beforeDeadline(storing, end.storing, end.graceMs);
    const { replaced } = storage.effort;
    const refused = Object.entries(record.devices_skipped).filter(([, reason]) => reason === 'too_many_new');
    const kept = without(report, Object.keys(Object.fromEntries(refused)));
    const stored = { readingsStored: kept.readings.length, readingsSpooled: 0, replaced };
    return { record, report: kept, clock, ...stored, vanished: [], failure: readFailure };
  } catch (thrown) {
    const reason: unknown = end.storing.signal.reason;
    const interrupted = reason instanceof MonitorError && reason.type === 'interrupted' ? reason : null;
    const failure = readFailure ?? interrupted ?? asMonitorError(thrown);
    const result = unkept(context, answer, failure);
    try {
      await storage.spool.add({ record: result.record, readings });
      return { ...result, readingsSpooled: readings.length };
    } catch (alsoThrown) {
      const lost = readings.length;
      return lost === 0 ? result : { ...result, failure: failureThatLost(lost, failure, asMonitorError(alsoThrown)) };
    }
  }
}

/** The report without the readings of devices that the store refuses, because too many are new. */
function without(report: SourceReport, tooManyNew: readonly string[]): SourceReport {
  if (tooManyNew.length === 0) return report;
  const refused = new Set(tooManyNew);
  const skipped = tooManyNew.map((device_id) => [device_id, 'too_many_new'] as const);
  return {
    ...report,
    readings: report.readings.filter(({ device_id }) => !refused.has(device_id)),
    skipped: { ...report.skipped, ...Object.fromEntries(skipped) },
  };
}

/** Neither the database nor the spool took them: this error says so, with the remedy for the spool. */
function failureThatLost(readings: number, { message, type, permanent, cause }: MonitorError, spool: MonitorError) {
  const sentences = [message, ...(spool.message === message ? [] : [spool.message]), `${readings} readings are lost.`];
  return new MonitorError(sentences.map(asSentence).join(' '), {
    type,
    permanent,
    cause,
    remediation: spool.remediation,
  });
}

/** A cycle of which nothing is in the database, not even its row. */
function unkept(context: CollectContext, answer: Answer, failure: MonitorError): CycleResult {
  const record = recordOf(context, answer, failure);
  const { report, clock } = answer;
  return { record, report, clock, readingsStored: 0, readingsSpooled: 0, replaced: null, vanished: [], failure };
}
