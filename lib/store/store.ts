/** What a collector needs of its store; readings.db and the memory store of the tests pass the same contract suite. */
import type { ErrorType } from '../errors';
import type { Traffic } from '../http/observed';
import type { Reading, SkipReason } from '../reading';
import type { CollectorName } from '../sources/all';

export type Outcome = 'ok' | 'partial' | 'failed';

/** Whether the start of a cycle can be believed: as this machine's clock said, as a better clock said, or not at all. */
export type ClockJudgement = 'ok' | 'corrected' | 'doubtful';

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
  devices_skipped: Record<string, SkipReason | ErrorType>;
  requests: number;
  payload_bytes: number;
  endpoint: Traffic['endpoint'];
  retries: number;
  lock_wait_ms: number;
  error_type: ErrorType | null;
  error: string | null;
  /** the device's clock minus ours, in seconds; null if it told no time */
  clock_offset_seconds: number | null;
  /** null: nobody judged it */
  clock: ClockJudgement | null;
  /** how often cycles were meant to run; null: nobody wrote it down */
  interval_minutes: number | null;
}

/** A cycle and what it read: stored together or not at all. */
export interface Cycle {
  record: CycleRecord;
  readings: Reading[];
  /** True if it comes out of the spool: its row then says `readings_spooled`, not `readings_stored`. */
  spooled?: boolean;
}

/** The cost of storing a cycle, filled in meanwhile, so that it is known after a failure as well. */
export interface Effort {
  /** how long other processes' locks were waited for, failed tries included, in milliseconds */
  lockWaitMs: number;
  /** where a corrupt database was moved to, if a new one had to be started */
  replaced: string | null;
}

export function noEffort(): Effort {
  return { lockWaitMs: 0, replaced: null };
}

/** Stores cycles: a database that is open and checked. The cost is noted in the `Effort` it was made with. */
export interface Store {
  /**
   * Stores a cycle's row and its readings in one transaction; when it returns they survive a power cut. The same
   * cycle (`started_at` and collector) given twice is stored once.
   * @param judge gives the row; called when the lock is held, so that it knows what came before. It is told which of
   * the devices are left out because too many are new.
   * @returns the row that is stored
   * @throws MonitorError `database_*`, `future_schema`: nothing of this cycle is stored
   */
  store(readings: Reading[], judge: (tooManyNew: readonly string[]) => CycleRecord): Promise<CycleRecord>;
  /** Stores several cycles in one transaction. @throws MonitorError as `store`: none of them is stored */
  storeAll(cycles: readonly Cycle[]): Promise<void>;
  /** Stores a trial cycle and takes it back. @throws MonitorError as `store`, if no cycle can be stored at all */
  prove(): Promise<void>;
  /** What the last complete cycle of a collector until then was told: the ids of its devices, read or skipped. */
  listedBefore(collector: CollectorName, untilMs: number): Promise<readonly string[]>;
  /** Releases everything; may be called twice. */
  close(): Promise<void>;
}
