/** `report gaps`: expected and stored cycles per collector and day, with the reason of each gap. */
import type { CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { dayOf, nextMidnight } from './moment';
import { NO_TRACE, dueCycles, recordedCycles, type DueCycles } from './due-cycles';

export interface DayCount {
  collector: CollectorName;
  /** local */
  day: string;
  expected: number;
  stored: number;
  missing: number;
  /** reason → cycles */
  reasons: Record<string, number>;
}

/** Cycles in a row that are missing for the same reason. */
export interface Gap {
  collector: CollectorName;
  fromMs: number;
  /** when the next cycle was due */
  toMs: number;
  cycles: number;
  reason: string;
  /** the message of the last one */
  error: string | null;
}

export interface Gaps {
  days: DayCount[];
  gaps: Gap[];
}

export interface GapsQuery {
  collectors: readonly CollectorName[];
  /** those that should run until `toMs` */
  enabled: readonly CollectorName[];
  intervalMs: number;
  fromMs: number | null;
  toMs: number;
}

export async function findGaps(database: Database, query: GapsQuery): Promise<Gaps> {
  const found: Gaps = { days: [], gaps: [] };
  for (const collector of query.collectors) {
    const { fromMs, toMs, intervalMs } = query;
    const recorded = await recordedCycles(database, collector, fromMs, toMs);
    const due = dueCycles(recorded, intervalMs, fromMs, query.enabled.includes(collector) ? toMs : null);
    found.days = [...found.days, ...daysOf(collector, due, intervalMs)];
    found.gaps = [...found.gaps, ...gapsOf(collector, due, intervalMs)];
  }
  return found;
}

function daysOf(collector: CollectorName, due: readonly DueCycles[], intervalMs: number): DayCount[] {
  const days = new Map<string, DayCount>();
  for (const { day, cycles, reason } of due.flatMap((cycles) => splitByDay(cycles, intervalMs))) {
    let count = days.get(day);
    if (count === undefined) {
      days.set(day, (count = { collector, day, expected: 0, stored: 0, missing: 0, reasons: {} }));
    }
    count.expected += cycles;
    if (reason === null) count.stored += cycles;
    else {
      count.missing += cycles;
      count.reasons[reason] = (count.reasons[reason] ?? 0) + cycles;
    }
  }
  return [...days.values()];
}

interface PartOfDay {
  day: string;
  cycles: number;
  reason: string | null;
}

function splitByDay({ ms, cycles, reason }: DueCycles, intervalMs: number): PartOfDay[] {
  const parts: PartOfDay[] = [];
  let first = 0;
  while (first < cycles) {
    const firstMs = ms + first * intervalMs;
    const next = Math.min(cycles, Math.max(first + 1, Math.ceil((nextMidnight(firstMs) - ms) / intervalMs)));
    parts.push({ day: dayOf(firstMs), cycles: next - first, reason });
    first = next;
  }
  return parts;
}

function gapsOf(collector: CollectorName, due: readonly DueCycles[], intervalMs: number): Gap[] {
  const gaps: Gap[] = [];
  let open = null as Gap | null;
  for (const { ms, cycles, reason, error } of due) {
    const toMs = ms + cycles * intervalMs;
    if (reason === null) open = null;
    else if (open?.reason === reason) Object.assign(open, { toMs, cycles: open.cycles + cycles, error });
    else gaps.push((open = { collector, fromMs: ms, toMs, cycles, reason, error }));
  }
  return gaps;
}

/** Explains `no_trace`; every other reason is an error_type and has its own message. */
export function explainReason({ reason, error }: Pick<Gap, 'reason' | 'error'>): string {
  if (reason === NO_TRACE) return 'no trace: not started, killed, or refused (exit 2 or 5)';
  return error === null ? reason : `${reason}: ${error}`;
}
