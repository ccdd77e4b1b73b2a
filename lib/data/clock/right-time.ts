/**
 * At which time a cycle really was, if its stamp is doubtful: what is known of it, held against the cycles that were
 * stored before and after it. Cycles are numbered in the order in which they were stored, whatever the clocks said.
 */
import { newestBelieved } from '../../clock';
import { CLOCKS_AGREE_MS } from '../../witnesses';

export interface DoubtfulCycle {
  id: number;
  collector: string;
  startedMs: number;
  /** what is wrong with its stamp */
  why: 'doubtful' | 'in the future' | 'before 2015' | 'before its own readings';
  /** the device's clock minus ours, in milliseconds; null: it told no time */
  offsetMs: number | null;
  /** the newest time of its sensors minus its stamp, in milliseconds; null: none told a time */
  measuredAfterMs: number | null;
  /** starts of the nearest cycles of any collector, stored before and after it, that nobody doubts */
  beforeMs: number | null;
  afterMs: number | null;
}

export interface Decision {
  cycle: DoubtfulCycle;
  /** null: nobody knows */
  rightMs: number | null;
  /** what told it, as the end of a sentence */
  because: string;
}

/** So near to a neighbour a time is taken for right if more than one is possible. */
const NEAR_MS = 15 * 60_000;
/** Stamps further apart are not of one run of the machine. */
const LONGEST_STEP_MS = 86_400_000;

/** @param cycles in the order in which they were stored */
export function decideAll(cycles: readonly DoubtfulCycle[], nowMs: number): Decision[] {
  const runs = runsOf(cycles);
  return cycles.map((cycle) => {
    const measured = (runs.get(cycle) ?? [cycle])
      .map(({ measuredAfterMs }) => measuredAfterMs)
      .filter((ms) => ms !== null);
    return decide(cycle, measured.length === 0 ? null : Math.max(...measured), nowMs);
  });
}

/**
 * Cycles of one collector, one after the other by the same clock. How far that clock was wrong is told best by the
 * sensor that had measured a moment before its cycle: the others' times are older.
 */
function runsOf(cycles: readonly DoubtfulCycle[]): Map<DoubtfulCycle, DoubtfulCycle[]> {
  const runs = new Map<DoubtfulCycle, DoubtfulCycle[]>();
  const last = new Map<string, DoubtfulCycle>();
  for (const cycle of cycles) {
    const before = last.get(cycle.collector);
    const step = before === undefined ? NaN : cycle.startedMs - before.startedMs;
    const isSame = before !== undefined && step >= 0 && step <= LONGEST_STEP_MS && cycle.beforeMs === before.beforeMs;
    const run = isSame ? (runs.get(before) ?? [before]) : [];
    run.push(cycle);
    runs.set(cycle, run);
    last.set(cycle.collector, cycle);
  }
  return runs;
}

function decide(cycle: DoubtfulCycle, measuredAfterMs: number | null, nowMs: number): Decision {
  const candidates = [
    ...(cycle.offsetMs === null ? [] : [{ ms: cycle.startedMs + cycle.offsetMs, because: "by the device's clock" }]),
    ...(measuredAfterMs === null
      ? []
      : [{ ms: cycle.startedMs + measuredAfterMs, because: 'by the times of its sensors' }]),
    ...(cycle.why === 'doubtful' ? [{ ms: cycle.startedMs, because: 'its stamp is right' }] : []),
  ].filter(({ ms }) => isPossible(ms, cycle, nowMs));
  const [first] = candidates;
  if (first === undefined) return { cycle, rightMs: null, because: 'nothing tells its time' };
  const differ = candidates.some(({ ms }) => Math.abs(ms - first.ms) > CLOCKS_AGREE_MS);
  const chosen = differ ? candidates.find(({ ms }) => isNear(ms, cycle)) : first;
  if (chosen === undefined) return { cycle, rightMs: null, because: 'two times are possible' };
  return { cycle, rightMs: chosen.ms, because: chosen.because };
}

const IN_2015 = Date.UTC(2015, 0, 1);

function isPossible(ms: number, { beforeMs, afterMs }: DoubtfulCycle, nowMs: number): boolean {
  if (ms < IN_2015 || ms > newestBelieved(nowMs)) return false;
  // What was merged from another database has its own order.
  const isInOrder = beforeMs === null || afterMs === null || beforeMs <= afterMs;
  if (isInOrder && beforeMs !== null && ms < beforeMs - CLOCKS_AGREE_MS) return false;
  return afterMs === null || ms <= afterMs + CLOCKS_AGREE_MS;
}

function isNear(ms: number, { beforeMs, afterMs }: DoubtfulCycle): boolean {
  return [beforeMs, afterMs].some((neighbour) => neighbour !== null && Math.abs(ms - neighbour) <= NEAR_MS);
}
