/** The row of a cycle in the view `cycles`. What a cycle comes to is decided here, and nowhere else. */
import type { MonitorError } from './errors';
import { EXIT, exitCodeOf } from './exit-codes';
import type { Traffic } from './http/observed';
import type { Redact } from './logging/redact';
import { MAKES_PARTIAL } from './reading';
import type { SourceReport } from './sources/accept';
import type { CollectorName } from './sources/all';
import type { CycleRecord, Effort } from './store/store';
import type { ClockVerdict } from './witnesses';
import { asSentence } from './wording';

/** What is known of a cycle beside the answer of its source. */
export interface CycleFacts {
  collector: CollectorName;
  /** how often cycles are meant to run; kept with each, so that a change does not rewrite the past */
  intervalMinutes: number;
  /** by this machine's clock; corrected, it is the `timestamp` of all readings of this cycle */
  startedAt: Date;
  traffic: Traffic;
  /** what storing has cost so far */
  storage: { effort: Effort };
  retries: () => number;
  /** masks what must not be stored: devices echo what they were asked, key included */
  redact: Redact;
}

/** What the device gave. */
export interface Answer {
  report: SourceReport;
  failure: MonitorError | null;
  clock: ClockVerdict;
}

/** @param failure why the cycle failed; null if it did not */
export function recordOf(facts: CycleFacts, { report, clock }: Answer, failure: MonitorError | null): CycleRecord {
  const { startedAt, collector, traffic, storage, redact } = facts;
  return {
    started_at: new Date(startedAt.getTime() + clock.correctionMs).toISOString(),
    collector,
    duration_ms: Math.round(performance.now()), // since the process started
    devices_seen: report.devicesSeen,
    devices_skipped: report.skipped,
    requests: traffic.requests,
    payload_bytes: traffic.payloadBytes,
    endpoint: traffic.endpoint,
    retries: facts.retries(),
    lock_wait_ms: storage.effort.lockWaitMs,
    clock_offset_seconds: traffic.clockDifferenceMs === null ? null : Math.round(traffic.clockDifferenceMs / 1000),
    clock: clock.clock,
    interval_minutes: facts.intervalMinutes,
    ...judge(report, failure, storage.effort.replaced, redact),
  };
}

function judge(
  { skipped, leftOut, failedParts = [] }: SourceReport,
  failure: MonitorError | null,
  replaced: string | null,
  redact: Redact,
): Pick<CycleRecord, 'outcome' | 'exit_code' | 'error_type' | 'error'> {
  if (failure !== null) {
    const { type, message } = failure;
    return { outcome: 'failed', exit_code: exitCodeOf(type), error_type: type, error: redact(message) };
  }
  if (replaced !== null) {
    const error = `the database was damaged: it was moved to ${replaced}, and a new one was started`;
    return { outcome: 'partial', exit_code: EXIT.partial, error_type: 'database_corrupt', error };
  }
  const [failed] = failedParts;
  if (failed !== undefined) {
    const error = failedParts.map(({ failure: { message } }) => asSentence(redact(message))).join(' ');
    return { outcome: 'partial', exit_code: EXIT.partial, error_type: failed.failure.type, error };
  }
  const reasons = Object.values(skipped);
  const tooManyNew = reasons.filter((reason) => reason === 'too_many_new').length;
  if (leftOut > 0 || tooManyNew > 0) {
    const sentences = [
      ...(leftOut > 0 ? [`${leftOut} sensors more than collection.max_devices were left out`] : []),
      ...(tooManyNew > 0 ? [`${tooManyNew} sensors were left out, because too many were new within 24 hours`] : []),
    ];
    const error = sentences.join('; ');
    return { outcome: 'partial', exit_code: EXIT.partial, error_type: 'too_many_devices', error };
  }
  const isPartial = reasons.some((reason) => MAKES_PARTIAL.includes(reason));
  return {
    outcome: isPartial ? 'partial' : 'ok',
    exit_code: isPartial ? EXIT.partial : EXIT.done,
    error_type: null,
    error: null,
  };
}
