/** `data clock [--repair]`: which cycles have a doubtful stamp, and, with `--repair`, their right time. */
import { EXIT } from '../../exit-codes';
import type { Database } from '../../store/database';
import { plural } from '../../wording';
import { backUpFirst } from '../backup-first';
import { SETTLE_DEVICES } from '../devices';
import type { DataContext, DataResult } from '../operation';
import { inTransaction, refuseMissingDatabase, withOwnDatabase } from '../own-database';
import { doubtfulCycles } from './doubtful-cycles';
import { decideAll, type Decision } from './right-time';

/** So many are shown; `--json` has all. */
const SHOWN = 20;

/** @throws MonitorError `database_*`, `refused` if there is no database: nothing was changed */
export async function clock(repair: boolean, context: DataContext, nowMs = Date.now()): Promise<DataResult> {
  refuseMissingDatabase(context);
  // To look is to change nothing, not even what waits in the spool.
  const looking = { ...context, dryRun: !repair || context.dryRun };
  return await withOwnDatabase(looking, async (database) => {
    const decisions = decideAll(await doubtfulCycles(database, nowMs), nowMs);
    const known = decisions.filter(({ rightMs }) => rightMs !== null);
    const unknown = decisions.length - known.length;
    const details = {
      ...{ dry_run: looking.dryRun, doubtful: decisions.length, unknown },
      cycles: decisions.map(asJson),
    };
    if (looking.dryRun || known.length === 0) {
      const lines = [
        headlineOf(decisions.length, known.length),
        ...listOf(decisions),
        ...adviceOf(known.length, context),
      ];
      const exitCode = repair && unknown > 0 ? EXIT.partial : EXIT.done;
      return { exitCode, lines, details: { ...details, repaired: 0 } };
    }
    const backup = await backUpFirst(database, 'clock', context);
    context.progress('moving cycles to their time');
    await inTransaction(database, context, () => repairAll(database, known));
    return {
      exitCode: unknown === 0 ? EXIT.done : EXIT.partial,
      lines: [
        `${plural(known.length, 'cycle')} moved to ${known.length === 1 ? 'its' : 'their'} time.`,
        ...listOf(decisions),
        ...(unknown === 0 ? [] : [`Of ${plural(unknown, 'cycle')} nobody knows the time: unchanged.`]),
        ...backup.lines,
      ],
      details: { ...details, repaired: known.length, backup: backup.path },
    };
  });
}

const iso = (ms: number) => new Date(ms).toISOString();

function asJson({ cycle, rightMs, because }: Decision): object {
  const { collector, startedMs, why } = cycle;
  return { started_at: iso(startedMs), collector, why, right: rightMs === null ? null : iso(rightMs), because };
}

function headlineOf(doubtful: number, known: number): string {
  if (doubtful === 0) return 'The stamps of all cycles can be believed.';
  return `${plural(doubtful, 'cycle')} with a doubtful stamp, of which the right time of ${String(known)} is known:`;
}

function listOf(decisions: readonly Decision[]): string[] {
  const lines = decisions.slice(0, SHOWN).map(({ cycle, rightMs, because }) => {
    const right = rightMs === null ? because : `${iso(rightMs)} (${because})`;
    return `  ${iso(cycle.startedMs)} ${cycle.collector}, ${cycle.why}: ${right}`;
  });
  const more = decisions.length - lines.length;
  return more === 0 ? lines : [...lines, `  and ${String(more)} more (--json shows all)`];
}

function adviceOf(known: number, { commandLine }: DataContext): string[] {
  return known === 0 ? [] : [`To move them there: ${commandLine('clock', '--repair')}`];
}

async function repairAll(database: Database, known: readonly Decision[]): Promise<void> {
  await database.exec("INSERT INTO word (text) VALUES ('corrected'), ('ok') ON CONFLICT DO NOTHING");
  for (const { cycle, rightMs } of known) {
    if (rightMs === null) continue;
    const startedMs = await freeTime(database, cycle.id, rightMs);
    // What its sensors said of their own time stays: only its distance from the start changes.
    await database.run(
      'UPDATE reading SET age_ms = age_ms + ? WHERE cycle = ? AND age_ms IS NOT NULL',
      startedMs - cycle.startedMs,
      cycle.id,
    );
    await database.run(
      'UPDATE cycle SET started_ms = ?, clock = (SELECT id FROM word WHERE text = ?) WHERE id = ?',
      startedMs,
      startedMs === cycle.startedMs ? 'ok' : 'corrected',
      cycle.id,
    );
  }
  await database.exec(SETTLE_DEVICES('SELECT id FROM device'));
}

/** A collector has one cycle at a time: the next free millisecond, if another one is there. */
async function freeTime(database: Database, id: number, ms: number): Promise<number> {
  for (let free = ms; ; free++) {
    const sql = `SELECT 1 AS taken FROM cycle WHERE started_at = ? AND id <> ?
      AND collector = (SELECT collector FROM cycle WHERE id = ?)`;
    if ((await database.get(sql, iso(free), id, id)) === undefined) return free;
  }
}
