/** What a collector needs of its store; readings.db and the memory store of the tests pass the same contract suite. */
import type { ErrorType } from '../errors';
import type { CollectorName, Reading, SkipReason } from '../reading';

export type Outcome = 'ok' | 'partial' | 'failed';

/** One row of `cycles`; `readings_stored`, `readings_spooled` and `lock_wait_ms` are filled in by the store. */
export interface CycleRecord {
  /** start of the cycle, UTC ISO 8601 with milliseconds and `Z`; the `timestamp` of all its readings */
  started_at: string;
  collector: CollectorName;
  outcome: Outcome;
  exit_code: number;
  /** process start to commit */
  duration_ms: number;
  devices_seen: number;
  devices_skipped: Record<string, SkipReason>;
  requests: number;
  payload_bytes: number;
  endpoint: 'sensors' | 'full' | 'fallback' | 'state' | null;
  retries: number;
  error_type: ErrorType | null;
  error: string | null;
}

/** A cycle and what it read: stored together or not at all. */
export interface Cycle {
  record: CycleRecord;
  readings: Reading[];
}

/** What the store says of a cycle that is safe on disk. */
export interface StoreReceipt {
  /** readings stored with this cycle; the same cycle stored twice counts once */
  stored: number;
  /** how long the transaction waited for its lock, in milliseconds */
  lockWaitMs: number;
}
