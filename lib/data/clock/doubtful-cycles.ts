/** The cycles whose stamp cannot be believed, with all that the database knows about their real time. */
import { newestBelieved } from '../../clock';
import type { Database } from '../../store/database';
import { versionOf } from '../../store/migrations';
import { IMPORTED } from '../../store/schema';
import type { DoubtfulCycle } from './right-time';

const IN_2015 = Date.UTC(2015, 0, 1);
/** A sensor can be a little ahead; more says that the cycle's clock was behind. */
const AHEAD_MS = 120_000;

const REAL = `outcome IS NOT (SELECT id FROM word WHERE text = '${IMPORTED}')`;

/** In the order in which they were stored. */
export async function doubtfulCycles(database: Database, nowMs: number): Promise<DoubtfulCycle[]> {
  if ((await versionOf(database)) < 2) {
    await database.exec(
      'CREATE TEMP VIEW cycle AS SELECT c.*, NULL AS clock_offset_seconds, NULL AS clock FROM main.cycle c',
    );
  }
  const judged = '(SELECT text FROM word WHERE id = c.clock)';
  // The sensors' times count only for cycles of which nobody has compared the clocks.
  const isAhead = `${judged} IS NULL AND (SELECT min(age_ms) FROM reading WHERE cycle = c.id) < -${String(AHEAD_MS)}`;
  const found = await database.all<DoubtfulCycle>(
    `SELECT c.id, (SELECT text FROM word WHERE id = c.collector) AS collector, c.started_ms AS startedMs,
       CASE WHEN c.started_ms > ${String(newestBelieved(nowMs))} THEN 'in the future'
         WHEN c.started_ms < ${String(IN_2015)} THEN 'before 2015'
         WHEN ${judged} = 'doubtful' THEN 'doubtful' WHEN ${isAhead} THEN 'before its own readings' END AS why,
       c.clock_offset_seconds * 1000 AS offsetMs,
       (SELECT max(-age_ms) FROM reading WHERE cycle = c.id) AS measuredAfterMs
     FROM cycle c WHERE why IS NOT NULL AND c.${REAL} ORDER BY c.id`,
  );
  return await withNeighbours(database, found);
}

/** Between two doubtful cycles there are only others. */
async function withNeighbours(database: Database, found: readonly DoubtfulCycle[]): Promise<DoubtfulCycle[]> {
  const startBetween = async (afterId: number, beforeId: number, order: 'ASC' | 'DESC'): Promise<number | null> => {
    const sql = `SELECT started_ms AS ms FROM cycle WHERE id > ? AND id < ? AND ${REAL} ORDER BY id ${order} LIMIT 1`;
    return (await database.get<{ ms: number }>(sql, afterId, beforeId))?.ms ?? null;
  };
  const before: (number | null)[] = [];
  for (const [index, { id }] of found.entries()) {
    const between = await startBetween(found[index - 1]?.id ?? -1, id, 'DESC');
    before.push(between ?? before[index - 1] ?? null);
  }
  const after: (number | null)[] = [];
  for (const { id } of found.toReversed()) {
    const next = found[found.length - after.length]?.id ?? Number.MAX_SAFE_INTEGER;
    after.push((await startBetween(id, next, 'ASC')) ?? after.at(-1) ?? null);
  }
  after.reverse();
  return found.map((cycle, index) => ({
    ...cycle,
    beforeMs: before[index] ?? null,
    afterMs: after[index] ?? null,
  }));
}
