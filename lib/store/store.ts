/** What a collector needs of its store; readings.db and the memory store of the tests pass the same contract suite. */
import type { ErrorType } from '../errors';
import type { CollectorName, Reading, SkipReason } from '../reading';

export type Outcome = 'ok' | 'partial' | 'failed';

/** One row of `cycles`; `readings_stored` and `readings_spooled` are filled in by the store. */
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
  /** of a cycle on its way to the spool; that of a stored one is the store's to say */
  lock_wait_ms?: number;
  error_type: ErrorType | null;
  error: string | null;
}

/** A cycle and what it read: stored together or not at all. */
export interface Cycle {
  record: CycleRecord;
  readings: Reading[];
  /** True where it comes out of the spool: its row then says `readings_spooled`, not `readings_stored`. */
  spooled?: boolean;
}

/** What the store says of a cycle that is safe on disk. */
export interface StoreReceipt {
  /** readings stored with this cycle; the same cycle stored twice counts once */
  stored: number;
  /** how long other processes' locks were waited for, in milliseconds */
  lockWaitMs: number;
}

/** Keeps cycles: a database that is open and checked. */
export interface Store {
  /**
   * Where a corrupt database was moved to, if this store had to start a new one; such a cycle is partial (exit 3), and
   * the store writes it so.
   */
  readonly replaced: string | null;
  /** How long other processes' locks were waited for since the last cycle was stored, in milliseconds. */
  readonly lockWaitMs: number;
  /**
   * Stores a cycle's row and its readings in one transaction; when it returns they survive a power cut. The same
   * cycle (`started_at` and collector) given twice is stored once.
   * @param finish brings the record (duration, retries) up to date; called when the lock is held, just before the rows
   * are written
   * @throws MonitorError `database_*`, `future_schema`, `internal` where a reading would get no row of its own (two of one
   * device): nothing of this cycle is stored
   */
  store(cycle: Cycle, finish?: () => void): Promise<StoreReceipt>;
  /** Stores several cycles in one transaction. @throws MonitorError as `store`: none of them is stored */
  storeAll(cycles: readonly Cycle[]): Promise<void>;
  /** Lets go of everything; may be called twice. */
  close(): Promise<void>;
}
