/**
 * The failed and missing cycles of a long time, counted by SQLite in one pass: `findGaps` tells each gap, which takes a
 * second for a year, and a page that shows a year must not.
 */
import type { CollectorName } from '../sources/all';
import type { Database } from '../store/database';
import { asTyped } from '../typed-command';
import { plural } from '../wording';
import { DAY_MS, duration, momentOf } from './moment';
import type { Trouble } from './trouble-kinds';

interface Counted {
  cycles: number;
  failed: number;
  last_failed: number | null;
  missing: number;
  longest: number | null;
}

/** Since the first cycle in this time. */
export async function troubleOfLongTime(
  database: Database,
  collector: CollectorName,
  { fromMs, nowMs, intervalMs }: { fromMs: number; nowMs: number; intervalMs: number },
): Promise<Trouble[]> {
  const period = `${Math.round((nowMs - fromMs) / DAY_MS)} d`;
  const counted = await database.get<Counted>(
    `SELECT count(*) AS cycles, sum(failed) AS failed, max(iif(failed, ms, NULL)) AS last_failed,
       sum(max(0, round(1.0 * since / interval) - 1)) AS missing, max(since) AS longest
     FROM (SELECT started_ms AS ms, outcome = (SELECT id FROM word WHERE text = 'failed') AND readings_spooled = 0 AS failed,
         coalesce(interval_minutes * 60000, ?1) AS interval,
         started_ms - lag(started_ms) OVER (ORDER BY started_at) AS since
       FROM cycle WHERE started_at >= ?2 AND started_at <= ?3 AND collector = (SELECT id FROM word WHERE text = ?4))`,
    intervalMs,
    new Date(fromMs).toISOString(),
    new Date(nowMs).toISOString(),
    collector,
  );
  if (counted === undefined) return [];
  const found: Trouble[] = [];
  const { cycles, failed, last_failed, missing, longest } = counted;
  if (failed > 0 && last_failed !== null) {
    const message = `${collector}: ${failed} of ${plural(cycles + missing, 'cycle')} failed in ${period}, last at ${momentOf(last_failed)}`;
    found.push({ kind: 'failed_cycles', collector, message });
  }
  if (missing > 0 && longest !== null) {
    const message = `${collector}: ${plural(missing, 'cycle')} without a trace in ${period} (the longest time ${duration(longest)}); see ${asTyped('node bin/report.js gaps')}`;
    found.push({ kind: 'gap', collector, message });
  }
  return found;
}
