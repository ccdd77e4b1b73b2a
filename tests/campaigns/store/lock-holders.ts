/** Another program holds the write lock: for a while, longer than the busy timeout, longer than all retries. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../../lib/store/database';
import { inScratch } from '../in-scratch';
import { query } from '../../support/storage';
import type { WorkerReport, WorkerTask } from './worker';
import type { Workers } from './workers';

export interface LockHolderOptions {
  busyTimeoutMs: number;
  baseDelaySeconds: number;
  /** the event of the cycle (`wal_verified`, `retry 1 50`) from which the time counts */
  from: string;
  /** how long the lock is held from there; Infinity: until the cycle has ended */
  heldMs: number;
}

export interface LockHolderResult {
  report: WorkerReport | undefined;
  retries: number;
  seconds: number;
  /** how often the cycle is in the database when the next one has run: 1 */
  storedInTheEnd: number;
  leftInSpool: number;
}

export async function holdLock(workers: Workers, options: LockHolderOptions): Promise<LockHolderResult> {
  return inScratch(async (directory) => {
    const { busyTimeoutMs, baseDelaySeconds, from, heldMs } = options;
    const task: WorkerTask = {
      ...{ directory, through: 'collect', collector: 'hue', cycles: 1, firstCycle: 0 },
      ...{ busyTimeoutMs, baseDelaySeconds },
    };
    await workers.run(task);
    const holder = await Database.open(join(directory, 'readings.db'), 'read-write');
    await holder.exec('BEGIN IMMEDIATE');
    const startedAt = performance.now();
    const worker = workers.start({ ...task, firstCycle: 1 });
    let released: Promise<void> | undefined;
    let timer: NodeJS.Timeout | undefined;
    void worker.saw(from).then(() => {
      if (heldMs === Infinity) return;
      timer = setTimeout(() => {
        released = holder.close();
      }, heldMs);
    });
    const { reports } = await worker.ended;
    clearTimeout(timer);
    const seconds = (performance.now() - startedAt) / 1000;
    await (released ?? holder.close());
    await workers.run({ ...task, firstCycle: 2 });
    const [row] = await query<{ cycles: number }>(
      join(directory, 'readings.db'),
      'SELECT count(DISTINCT timestamp) AS cycles FROM readings',
    );
    return {
      report: reports[0],
      retries: reports[0]?.events.filter((event) => event.startsWith('retry ')).length ?? 0,
      seconds,
      storedInTheEnd: (row?.cycles ?? 0) - 2,
      leftInSpool: readdirSync(join(directory, 'spool')).length,
    };
  });
}
