/** What the table `cycles` says about one collector: its newest cycles, and the gaps of the last day. */
import { newestBelieved } from '../../clock';
import type { CollectorName } from '../../sources/all';
import type { Database } from '../../store/database';
import { cyclesInFuture } from '../../store/queries';
import type { Problem } from '../../check/check';
import { durationOf } from '../../check/clocks';

const DAY_MS = 24 * 3_600_000;

interface CycleRow {
  started_at: string;
  outcome: 'ok' | 'partial' | 'failed';
  error_type: string | null;
  error: string | null;
  devices_skipped: string;
}

export type Cycle = Omit<CycleRow, 'devices_skipped'> & { devices_skipped: Record<string, string> };

export interface LastCycles {
  /** null if this collector has never ended a cycle */
  newest: Cycle | null;
  newestGood: Cycle | null;
  /** the cycles of the last 24 h whose readings were stored, oldest first; start in milliseconds since 1970 */
  stored: { ms: number; intervalMs: number | null }[];
  /** whether it ran before the last 24 h */
  isOlderThanADay: boolean;
  /** how many have a time in the future; no other field here counts them */
  inFuture: number;
}

export async function lastCycles(database: Database, collector: CollectorName, now: Date): Promise<LastCycles> {
  const since = new Date(now.getTime() - DAY_MS).toISOString();
  const until = new Date(newestBelieved(now.getTime())).toISOString();
  const newestWhere = async (condition: string): Promise<Cycle | null> => {
    const row = await database.get<CycleRow>(
      `SELECT started_at, outcome, error_type, error, devices_skipped FROM cycles
       WHERE collector = ? AND started_at <= ? AND ${condition} ORDER BY started_at DESC LIMIT 1`,
      collector,
      until,
    );
    return row === undefined
      ? null
      : { ...row, devices_skipped: JSON.parse(row.devices_skipped) as Cycle['devices_skipped'] };
  };
  const lastDay = await database.all<{ started_at: string; interval_minutes: number | null }>(
    `SELECT started_at, interval_minutes FROM cycles WHERE collector = ? AND started_at >= ? AND started_at <= ?
       AND (outcome <> 'failed' OR readings_stored + readings_spooled > 0) ORDER BY started_at`,
    collector,
    since,
    until,
  );
  const older = await database.get(
    'SELECT 1 FROM cycles WHERE collector = ? AND started_at < ? ORDER BY started_at DESC LIMIT 1',
    collector,
    since,
  );
  return {
    newest: await newestWhere('true'),
    newestGood: await newestWhere("outcome <> 'failed'"),
    stored: lastDay.map(({ started_at, interval_minutes: minutes }) => {
      return { ms: Date.parse(started_at), intervalMs: minutes === null ? null : minutes * 60_000 };
    }),
    isOlderThanADay: older !== undefined,
    inFuture: await cyclesInFuture(database, collector, now.getTime()),
  };
}

/** Gaps between stored cycles; the time after the last one is judged as late, not as a gap. */
export function gapProblems(collector: string, cycles: LastCycles, longerThanMs: number, now: Date): Problem[] {
  const dayAgo = { ms: now.getTime() - DAY_MS, intervalMs: null };
  const starts = cycles.isOlderThanADay ? [dayAgo, ...cycles.stored] : cycles.stored;
  const gaps = starts.slice(1).flatMap((start, index) => {
    const before = starts[index] ?? start;
    // By the intervals of that time: a longer one of today must not hide a gap, nor a shorter one make some.
    const known = [before.intervalMs, start.intervalMs].filter((ms) => ms !== null);
    const limit = known.length === 0 ? longerThanMs : Math.max(1.5 * Math.max(...known), 2 * 60_000);
    return start.ms - before.ms > limit ? [start.ms - before.ms] : [];
  });
  if (gaps.length === 0) return [];
  const longest = durationOf(Math.max(...gaps));
  return [
    {
      status: 'warn',
      message: `${collector} has ${gaps.length === 1 ? 'a gap' : `${gaps.length} gaps`} in the last 24 hours, the longest of ${longest}`,
      remediation: { say: 'See when, and what the cycles around it said', command: 'node bin/report.js gaps' },
    },
  ];
}
