/** `report gaps`: expected and stored cycles per collector and day, with the reason of each gap. */
import type { CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { countDevices, type DeviceCount } from './device-gaps';
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
  devices: DeviceCount[];
}

export interface GapsQuery {
  collectors: readonly CollectorName[];
  /** those that should run until `toMs` */
  enabled: readonly CollectorName[];
  /** since the last cycle, and of cycles that do not tell theirs */
  intervalMs: number;
  fromMs: number | null;
  toMs: number;
  /** also count for each device */
  perDevice?: boolean;
}

export async function findGaps(database: Database, query: GapsQuery): Promise<Gaps> {
  const found: Gaps = { days: [], gaps: [], devices: [] };
  for (const collector of query.collectors) {
    const { fromMs, toMs, intervalMs } = query;
    const recorded = await recordedCycles(database, collector, { fromMs, toMs, intervalMs });
    const due = dueCycles(recorded, intervalMs, fromMs, query.enabled.includes(collector) ? toMs : null);
    found.days = [...found.days, ...daysOf(collector, due)];
    found.gaps = [...found.gaps, ...gapsOf(collector, due)];
    if (query.perDevice === true) found.devices.push(...(await countDevices(database, collector, due)));
  }
  return found;
}

function daysOf(collector: CollectorName, due: readonly DueCycles[]): DayCount[] {
  const days = new Map<string, DayCount>();
  for (const { day, cycles, reason } of due.flatMap(splitByDay)) {
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

function splitByDay({ ms, cycles, reason, intervalMs }: DueCycles): PartOfDay[] {
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

function gapsOf(collector: CollectorName, due: readonly DueCycles[]): Gap[] {
  const gaps: Gap[] = [];
  let open = null as Gap | null;
  for (const { ms, cycles, reason, error, intervalMs } of due) {
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
