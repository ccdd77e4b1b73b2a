/** Which cycles should have been there, which were, and why not. */
import type { CollectorName } from '../sources/all';
import type { Database } from '../store/database';

/** What a cycle's row tells of a gap. */
export interface Trace {
  ms: number;
  /** why nothing of it is stored; null where its readings are */
  reason: string | null;
  error: string | null;
}

/** A cycle that was due, or, without a trace, a stretch of them: years may lie between two cycles, if a clock was wrong. */
export interface Slot extends Trace {
  /** how many were due from `ms` on, each an interval after the one before */
  cycles: number;
}

/** Not even a row: cron did not run it, or it was killed, or it ended before its cycle began (exit 2 or 5). */
export const NO_TRACE = 'no_trace';

interface Row {
  started_at: string;
  stored: number;
  error_type: string | null;
  error: string | null;
}

const TRACE = `SELECT started_at, outcome <> 'failed' OR readings_stored + readings_spooled > 0 AS stored, error_type, error
  FROM cycles WHERE collector = ?`;

/** The collector's cycles of the time, and the one before it, in the order of time. */
export async function tracesOf(
  database: Database,
  collector: CollectorName,
  fromMs: number | null,
  toMs: number,
): Promise<Trace[]> {
  const from = fromMs === null ? '' : new Date(fromMs).toISOString();
  const to = new Date(toMs).toISOString();
  const before = `${TRACE} AND started_at < ? ORDER BY started_at DESC LIMIT 1`;
  const within = `${TRACE} AND started_at >= ? AND started_at < ? ORDER BY started_at`;
  return [
    ...(await database.all<Row>(before, collector, from)),
    ...(await database.all<Row>(within, collector, from, to)),
  ].map(({ started_at, stored, error_type, error }) => ({
    ms: Date.parse(started_at),
    reason: stored === 1 ? null : (error_type ?? 'failed'),
    error,
  }));
}

/**
 * Every cycle that was due between `fromMs` and `toMs`. A run by hand between two of cron's is no cycle of its own, but
 * its readings make up for a failed one.
 * @param traces in the order of time; nothing is due before the first
 * @param untilMs up to when the collector should have gone on; null: it is switched off
 */
export function slotsOf(
  traces: readonly Trace[],
  intervalMs: number,
  fromMs: number | null,
  untilMs: number | null,
): Slot[] {
  const slots: Slot[] = [];
  for (const trace of traces) {
    const last = slots.at(-1);
    if (last !== undefined && trace.ms - last.ms < intervalMs / 2) {
      if (trace.reason === null) Object.assign(last, { reason: null, error: null });
      continue;
    }
    if (last !== undefined) pushMissing(slots, last.ms, trace.ms, intervalMs);
    slots.push({ ...trace, cycles: 1 });
  }
  const last = slots.at(-1);
  if (last !== undefined && untilMs !== null) pushMissing(slots, last.ms, untilMs, intervalMs);
  return fromMs === null ? slots : slots.flatMap((slot) => partFrom(slot, intervalMs, fromMs));
}

/** The cycles due after one moment and before another one, which is itself a cycle's or the end: one stretch. */
function pushMissing(slots: Slot[], afterMs: number, beforeMs: number, intervalMs: number): void {
  const cycles = Math.round((beforeMs - afterMs) / intervalMs) - 1;
  if (cycles > 0) slots.push({ ms: afterMs + intervalMs, cycles, reason: NO_TRACE, error: null });
}

function partFrom(slot: Slot, intervalMs: number, fromMs: number): Slot[] {
  const earlier = Math.max(0, Math.ceil((fromMs - slot.ms) / intervalMs));
  if (earlier >= slot.cycles) return [];
  return [{ ...slot, ms: slot.ms + earlier * intervalMs, cycles: slot.cycles - earlier }];
}
