/** Which cycles were due, which of them are recorded, and why the others are missing. */
import type { CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { IMPORTED } from '../store/schema';

/** A cycle that has a row in the table `cycles`. */
export interface RecordedCycle {
  ms: number;
  /** why nothing of it is stored; null if its readings are stored */
  reason: string | null;
  error: string | null;
  /** how often cycles were meant to run then */
  intervalMs: number;
  /** the rows of the table `cycle`: several if one was run by hand meanwhile */
  ids: readonly number[];
}

/** A cycle that was due, or several in a row that have no row: if a clock was wrong, years may be between two cycles. */
export interface DueCycles extends RecordedCycle {
  /** how many were due from `ms` on, one in each interval; `ids` is empty if there is no row */
  cycles: number;
}

/** There is no row: cron did not run it, or it was killed, or it ended before its cycle began (exit 2 or 5). */
export const NO_TRACE = 'no_trace';

interface Row {
  id: number;
  interval_minutes: number | null;
  started_at: string;
  stored: number;
  error_type: string | null;
  error: string | null;
}

const SELECT = `SELECT id, started_at, interval_minutes, error,
    (outcome IS NOT (SELECT id FROM word WHERE text = 'failed') OR readings_stored + readings_spooled > 0) AS stored,
    (SELECT text FROM word WHERE id = error_type) AS error_type
  FROM cycle WHERE collector = (SELECT id FROM word WHERE text = ?)
  AND outcome NOT IN (SELECT id FROM word WHERE text = '${IMPORTED}')`;

/**
 * The collector's cycles between the two times, and the one before them, in the order of time.
 * @param intervalMs of cycles that were stored before the interval was kept with each
 */
export async function recordedCycles(
  database: Database,
  collector: CollectorName,
  { fromMs, toMs, intervalMs }: { fromMs: number | null; toMs: number; intervalMs: number },
): Promise<RecordedCycle[]> {
  const from = fromMs === null ? '' : new Date(fromMs).toISOString();
  const to = new Date(toMs).toISOString();
  const before = `${SELECT} AND started_at < ? ORDER BY started_at DESC LIMIT 1`;
  const within = `${SELECT} AND started_at >= ? AND started_at < ? ORDER BY started_at`;
  return [
    ...(await database.all<Row>(before, collector, from)),
    ...(await database.all<Row>(within, collector, from, to)),
  ].map(({ id, started_at, stored, error_type, error, interval_minutes }) => ({
    ms: Date.parse(started_at),
    reason: stored === 1 ? null : (error_type ?? 'failed'),
    error,
    intervalMs: interval_minutes === null ? intervalMs : interval_minutes * 60_000,
    ids: [id],
  }));
}

/**
 * Every cycle that was due between `fromMs` and `toMs`. A run by hand between two of cron's is not counted, but
 * its readings replace those of a failed one. Between two cycles with different intervals the longer one counts.
 * @param recorded in the order of time; nothing is due before the first
 * @param intervalMs since the last cycle
 * @param untilMs until when the collector should have run; null: it is disabled
 */
export function dueCycles(
  recorded: readonly RecordedCycle[],
  intervalMs: number,
  fromMs: number | null,
  untilMs: number | null,
): DueCycles[] {
  const due: DueCycles[] = [];
  for (const cycle of recorded) {
    const last = due.at(-1);
    if (last !== undefined && cycle.ms - last.ms < Math.min(last.intervalMs, cycle.intervalMs) / 2) {
      Object.assign(last, { ids: [...last.ids, ...cycle.ids] });
      if (cycle.reason === null) Object.assign(last, { reason: null, error: null });
      continue;
    }
    if (last !== undefined) pushMissing(due, last, cycle.ms, cycle.intervalMs);
    due.push({ ...cycle, cycles: 1 });
  }
  const last = due.at(-1);
  if (last !== undefined && untilMs !== null) pushMissing(due, last, untilMs, intervalMs);
  return fromMs === null ? due : due.flatMap((cycles) => partFrom(cycles, fromMs));
}

/** Adds the cycles that were due after one and before a time, as one element. */
function pushMissing(due: DueCycles[], after: DueCycles, beforeMs: number, laterIntervalMs: number): void {
  const intervalMs = Math.max(after.intervalMs, laterIntervalMs);
  const cycles = Math.round((beforeMs - after.ms) / intervalMs) - 1;
  if (cycles > 0) due.push({ ms: after.ms + intervalMs, cycles, reason: NO_TRACE, error: null, intervalMs, ids: [] });
}

function partFrom(missing: DueCycles, fromMs: number): DueCycles[] {
  const { intervalMs } = missing;
  const earlier = Math.max(0, Math.ceil((fromMs - missing.ms) / intervalMs));
  if (earlier >= missing.cycles) return [];
  return [{ ...missing, ms: missing.ms + earlier * intervalMs, cycles: missing.cycles - earlier }];
}
