/**
 * Forgets what is older than `storage.retention_days`, in steps so short, and so far apart, that a collector that wants
 * to write in between never waits 100 ms: SQLite's wait tries again after 1, 2, 5, 10, 15 and 20 ms.
 */
import type { StorageConfig } from '../config/config';
import { asMonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import { sleep as realSleep, type Sleep } from '../reliability/sleep';
import { Database } from './database';
import { databasePath } from './files';
import { lockDatabase } from './database-lock';

const DAY_MS = 86_400_000;
/** The first step; later ones are as large as a step of this length allows. */
const FIRST_STEP_CYCLES = 10;
const STEP_MS = 10;
const PAUSE_MS = 50;
/** One run of a collector does not go on longer; the next one goes on from there. */
const LONGEST_RUN_MS = 5000;
export interface RetentionContext {
  signal: AbortSignal;
  /** the time by which the clocks allow to forget (`ClockVerdict`); null: nothing may go */
  nowMs: number | null;
  sleep?: Sleep;
}

/** @returns how many cycles were forgotten; if another program holds the lock, the next run goes on */
export async function forgetOld(storage: StorageConfig, logger: Logger, context: RetentionContext): Promise<number> {
  const { nowMs } = context;
  if (storage.retention_days === 0) return 0;
  if (nowMs === null) {
    logger.info('retention_skipped', 'no second clock confirms the time: nothing is forgotten');
    return 0;
  }
  const before = new Date(nowMs - storage.retention_days * DAY_MS).toISOString();
  try {
    const forgotten = await forgetBefore(storage, conditionOfOld(before, nowMs), context);
    if (forgotten > 0) {
      const fields = { cycles: forgotten, before, retention_days: storage.retention_days };
      logger.info('retention', `${forgotten} cycles from before ${before} forgotten`, fields);
    }
    return forgotten;
  } catch (thrown) {
    if (asMonitorError(thrown).type === 'database_locked') return 0;
    throw thrown;
  }
}

/**
 * The SQL condition of a `cycle` that is too old, by its start and by its sensors' own times: a cycle that a wrong
 * clock stamped years ago is as young as what was measured in it. A time from the future is a sensor's mistake.
 */
function conditionOfOld(before: string, nowMs: number): string {
  const youngestMs = nowMs + DAY_MS;
  return `started_at < '${before}' AND NOT EXISTS (SELECT 1 FROM reading
    WHERE reading.cycle = cycle.id AND started_ms - age_ms BETWEEN ${Date.parse(before)} AND ${youngestMs})`;
}

async function forgetBefore(storage: StorageConfig, isOld: string, context: RetentionContext): Promise<number> {
  const lock = await lockDatabase(storage, context.signal);
  try {
    const database = await Database.open(databasePath(storage.data_directory), 'read-write');
    try {
      // Nothing depends on this: what a power cut undoes is deleted again.
      await database.exec('PRAGMA synchronous = NORMAL');
      database.setBusyTimeout(0);
      return await forgetInSteps(database, isOld, context);
    } finally {
      await database.close();
    }
  } finally {
    await lock.release();
  }
}

async function forgetInSteps(database: Database, isOld: string, context: RetentionContext): Promise<number> {
  const { signal, sleep = realSleep } = context;
  const endsAt = performance.now() + LONGEST_RUN_MS;
  let forgotten = 0;
  let cycles = FIRST_STEP_CYCLES;
  while (!signal.aborted && performance.now() < endsAt) {
    const startedAt = performance.now();
    const deleted = await forgetSome(database, isOld, cycles);
    forgotten += deleted;
    if (deleted < cycles) break;
    const tookMs = Math.max(1, performance.now() - startedAt);
    cycles = Math.max(1, Math.min(cycles * 2, Math.floor((cycles * STEP_MS) / tookMs)));
    await sleep(PAUSE_MS, signal).catch(() => undefined); // the cycle's end is checked above
  }
  return forgotten;
}

/**
 * One transaction: the oldest cycles with their readings, and devices of which nothing is left. An older cycle that
 * stays, because of what was measured in it, becomes the newest of its devices.
 */
async function forgetSome(database: Database, isOld: string, limit: number): Promise<number> {
  // Looked up without a lock.
  const found = await database.all<{ id: number }>(
    `SELECT id FROM cycle WHERE ${isOld} ORDER BY started_at LIMIT ?`,
    limit,
  );
  if (found.length === 0) return 0;
  // Asked again behind it: another collector may have forgotten them meanwhile, and a new cycle have got such an id.
  const old = `SELECT id FROM cycle WHERE id IN (${found.map(({ id }) => id).join(',')}) AND ${isOld}`;
  await database.exec(
    `BEGIN IMMEDIATE;
     DELETE FROM reading WHERE cycle IN (${old});
     UPDATE device SET last_cycle = coalesce(
       (SELECT c.id FROM cycle c CROSS JOIN reading r ON r.cycle = c.id AND r.device = device.id
        WHERE c.started_at < (SELECT started_at FROM cycle WHERE id = device.last_cycle)
        ORDER BY c.started_at DESC LIMIT 1), last_cycle) WHERE last_cycle IN (${old});
     DELETE FROM device WHERE last_cycle IN (${old});
     DELETE FROM cycle WHERE id IN (${old});
     COMMIT`,
  );
  return found.length;
}
