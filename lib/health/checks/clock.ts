/** Is the time right that cycles are stamped with? Judged by what the last cycles heard of other clocks. */
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { durationOf, GIVE_INTERNET, machineBeforeProgram } from '../../check/clocks';
import type { Remedy } from '../../errors';
import { SOURCES } from '../../sources/all';
import type { SourceRow } from '../../sources/source';
import type { Database } from '../../store/database';
import { futureCycles, sayFuture, type FutureCycles } from '../../store/queries';
import { CLOCKS_AGREE_MS, isBeforeThisProgram, KEEP_TIME } from '../../witnesses';
import { IMPORTED } from '../../store/schema';
import { askDatabase } from './read-database';

const SEE_WHICH: Remedy = {
  say: 'They are never taken for the newest. See which they are; with --repair they get the right time',
  command: 'node bin/data.js clock',
};

interface Heard {
  started_at: string;
  clock: string | null;
  clock_offset_seconds: number | null;
}

export async function checkClock({ config, installation, now }: CheckContext): Promise<Judgement> {
  const nowMs = now().getTime();
  const details: Record<string, unknown> = { machine_time: now().toISOString() };
  const problems: Problem[] = isBeforeThisProgram(nowMs) ? [machineBeforeProgram(now())] : [];
  const agreeing: string[] = [];
  await askDatabase(config.storage.data_directory, async (database) => {
    for (const row of SOURCES.filter(({ collector }) => installation.enabled.includes(collector))) {
      const heard = await lastHeard(database, row.collector);
      details[row.collector] = heard ?? null;
      if (heard === undefined) continue;
      const found = problemsOf(heard, row);
      problems.push(...found);
      if (found.length === 0 && heard.clock === 'ok' && heard.clock_offset_seconds !== null) agreeing.push(row.title);
    }
    const future = await futureCycles(database, nowMs);
    details['in_future'] = future;
    if (future.cycles > 0)
      problems.push({ status: 'warn', message: `${sayFuture(future)}: ${periodOf(future)}`, remediation: SEE_WHICH });
  });
  const message =
    agreeing.length === 0
      ? 'no second clock has been heard yet'
      : `the clocks of this machine and of ${agreeing.join(' and ')} agree`;
  return { message, problems, details };
}

/** The last one that was stored, whatever its time. */
function lastHeard(database: Database, collector: string): Promise<Heard | undefined> {
  return database.get<Heard>(
    `SELECT started_at, clock, clock_offset_seconds FROM cycles WHERE started_at = (SELECT started_at FROM cycle
       WHERE collector = (SELECT id FROM word WHERE text = ?1)
       AND outcome NOT IN (SELECT id FROM word WHERE text = '${IMPORTED}') ORDER BY id DESC LIMIT 1) AND collector = ?1`,
    collector,
  );
}

function problemsOf({ clock, clock_offset_seconds: seconds }: Heard, { title, keepsTime }: SourceRow): Problem[] {
  const differenceMs = (seconds ?? 0) * 1000;
  const isFar = Math.abs(differenceMs) > CLOCKS_AGREE_MS;
  const far = (ms: number) => `${durationOf(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'}`;
  const problem = (status: Problem['status'], message: string, remediation: Remedy): Problem[] => [
    { status, message, remediation, stops: [] },
  ];
  if (clock === 'corrected') {
    const message = `this machine's clock is ${far(-differenceMs)} the time of ${title}: the last cycle was stamped with the corrected time`;
    return problem('warn', message, KEEP_TIME);
  }
  if (clock === 'doubtful') {
    const differ = isFar
      ? `the clock of ${title} is ${far(differenceMs)} this machine's`
      : 'the clocks cannot be right';
    const message = `${differ}, and nobody can tell which is wrong: the last cycle has a doubtful time, and retention waits`;
    return problem(
      'fail',
      message,
      keepsTime ? KEEP_TIME : { ...KEEP_TIME, say: `${GIVE_INTERNET}. ${KEEP_TIME.say}` },
    );
  }
  if (clock !== 'ok' || !isFar) return [];
  const message = `the clock of ${title} is ${far(differenceMs)} this machine's, which is believed`;
  return problem('warn', message, { say: GIVE_INTERNET, command: 'node bin/health.js clock' });
}

function periodOf({ first, last }: FutureCycles): string {
  return first === last ? String(first) : `${first} to ${last}`;
}
