/** Kills storing processes at random moments: what they reported is there once, and the next one works. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from '../../support/storage';
import { nthCycle } from '../../support/cycles';
import type { Workers } from './workers';

export interface CrashResult {
  kills: number;
  /** cycles that a process reported as stored or spooled before it was killed */
  reported: number;
  /** of these, how many are not in the database at the end */
  missing: number;
  twice: number;
  /** stored by a process that was killed before it could say so */
  unreported: number;
  integrity: string;
  /** exit codes of the runs after each kill */
  failedRuns: number;
  litter: string[];
}

export async function killAtRandom(
  workers: Workers,
  { kills, withinMs = 300, onProgress }: { kills: number; withinMs?: number; onProgress?: (kills: number) => void },
): Promise<CrashResult> {
  const directory = mkdtempSync(join(tmpdir(), 'crash-'));
  const reported = new Set<string>();
  let failedRuns = 0;
  let nextCycle = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      // Every fourth process finds something in the spool, every tenth no database yet.
      if (kill % 10 === 9) mkdirSync(join(directory, 'spool'), { recursive: true });
      const pair = (['hue', 'amazon_aqm'] as const).map((collector) =>
        workers.start({
          directory,
          through: 'collect',
          collector,
          firstCycle: nextCycle,
          cycles: 100_000,
          waitForStart: true,
          // A busy timeout of nothing: the two collide, and one of them spools.
          ...(kill % 4 === 3 ? { busyTimeoutMs: 0, baseDelaySeconds: 0 } : {}),
        }),
      );
      await Promise.all(pair.map((worker) => worker.saw('ready')));
      for (const worker of pair) worker.start();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * withinMs));
      for (const worker of pair) worker.child.kill('SIGKILL');
      const ended = await Promise.all(pair.map((worker) => worker.ended));
      for (const [n, { reports }] of ended.entries()) {
        for (const { cycle, stored, spooled } of reports) {
          nextCycle = Math.max(nextCycle, cycle);
          if (stored + spooled > 0)
            reported.add(`${nthCycle(cycle).record.started_at} ${n === 0 ? 'hue' : 'amazon_aqm'}`);
        }
      }
      nextCycle += 2;
      const after = await workers.run({
        directory,
        through: 'collect',
        collector: 'hue',
        firstCycle: nextCycle++,
        cycles: 1,
      });
      if (after[0]?.exitCode !== 0) failedRuns++;
      onProgress?.(kill + 1);
    }
    // A file that was being written when its process was killed is removed by a later cycle, once it is old.
    for (const name of readdirSync(join(directory, 'spool'))) utimesSync(join(directory, 'spool', name), 0, 0);
    const last = { directory, through: 'collect', collector: 'hue', firstCycle: nextCycle, cycles: 1 } as const;
    await workers.run(last);
    return await judge(directory, kills, reported, failedRuns);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function judge(
  directory: string,
  kills: number,
  reported: Set<string>,
  failedRuns: number,
): Promise<CrashResult> {
  const path = join(directory, 'readings.db');
  // A cycle counts only with both its readings.
  const rows = await query<{ started_at: string; collector: string }>(
    path,
    `SELECT started_at, collector FROM cycles c WHERE 2 = (SELECT count(*) FROM readings
       WHERE timestamp = c.started_at AND device_id LIKE iif(collector = 'hue', 'hue:%', 'alexa:%'))`,
  );
  const stored = rows.map(({ started_at, collector }) => `${started_at} ${collector}`);
  const [integrity] = await query<{ integrity_check: string }>(path, 'PRAGMA integrity_check');
  const expected = new Set(['readings.db', 'readings.db-wal', 'readings.db-shm', 'readings.lock', 'spool']);
  const litter = readdirSync(directory).filter(
    (name) => !expected.has(name) && !/^\.(hue|amazon_aqm)\.lock$/.test(name),
  );
  return {
    kills,
    reported: reported.size,
    missing: [...reported].filter((cycle) => !stored.includes(cycle)).length,
    twice: stored.length - new Set(stored).size,
    unreported: stored.filter((cycle) => !reported.has(cycle)).length,
    integrity: integrity?.integrity_check ?? '',
    failedRuns,
    litter: [...litter, ...readdirSync(join(directory, 'spool'))],
  };
}
