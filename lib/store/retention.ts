/**
 * Forgets what is older than `storage.retention_days`, in steps so short, and so far apart, that a collector which wants
 * to write in between never waits 100 ms: SQLite's wait looks again after 1, 2, 5, 10, 15 and 20 ms.
 */
import type { StorageConfig } from '../config/config';
import { asMonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import { sleep as realSleep, type Sleep } from '../reliability/sleep';
import { Database } from './database';
import { databasePath } from './files';

const DAY_MS = 86_400_000;
/** The first step; later ones are as large as a step of this length allows. */
const FIRST_STEP_CYCLES = 10;
const STEP_MS = 10;
const PAUSE_MS = 50;
/** One run of a collector does not go on longer; the next one goes on from there. */
const LONGEST_RUN_MS = 5000;
/**
 * The clock is believed only after so many cycles: a machine that wakes up in the year 2100 must not throw its history
 * away before somebody can notice.
 */
const CYCLES_TO_TRUST_A_CLOCK = 100;

export interface RetentionContext {
  signal: AbortSignal;
  now?: () => number;
  sleep?: Sleep;
}

/** @returns how many cycles were forgotten; where another program holds the lock, the next run goes on */
export async function forgetOld(storage: StorageConfig, logger: Logger, context: RetentionContext): Promise<number> {
  if (storage.retention_days === 0) return 0;
  const { now = Date.now } = context;
  const database = await Database.open(databasePath(storage.data_directory), 'read-write');
  let forgotten = 0;
  try {
    // Nobody waits for this: what a power cut undoes is deleted again.
    await database.exec('PRAGMA synchronous = NORMAL');
    database.setBusyTimeout(0);
    const before = await oldestToKeep(database, now() - storage.retention_days * DAY_MS, storage.retention_days);
    if (before === null) return 0;
    forgotten = await forgetBefore(database, before, context);
    if (forgotten > 0) {
      const fields = { cycles: forgotten, before, retention_days: storage.retention_days };
      logger.info('retention', `${forgotten} cycles from before ${before} forgotten`, fields);
    }
    return forgotten;
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    if (failure.type === 'database_locked') return forgotten;
    throw thrown;
  } finally {
    await database.close();
  }
}

/** Reckoned from the clock and from what was stored some cycles ago, whichever is earlier. */
async function oldestToKeep(database: Database, byClockMs: number, days: number): Promise<string | null> {
  const trusted = await database.get<{ started_at: string }>(
    `SELECT started_at FROM cycle ORDER BY id DESC LIMIT 1 OFFSET ${CYCLES_TO_TRUST_A_CLOCK}`,
  );
  if (trusted === undefined) return null;
  return new Date(Math.min(byClockMs, Date.parse(trusted.started_at) - days * DAY_MS)).toISOString();
}

async function forgetBefore(database: Database, before: string, context: RetentionContext): Promise<number> {
  const { signal, sleep = realSleep } = context;
  const endsAt = performance.now() + LONGEST_RUN_MS;
  let forgotten = 0;
  let cycles = FIRST_STEP_CYCLES;
  while (!signal.aborted && performance.now() < endsAt) {
    const startedAt = performance.now();
    const deleted = await forgetSome(database, before, cycles);
    forgotten += deleted;
    if (deleted < cycles) break;
    const tookMs = Math.max(1, performance.now() - startedAt);
    cycles = Math.max(1, Math.min(cycles * 2, Math.floor((cycles * STEP_MS) / tookMs)));
    await sleep(PAUSE_MS, signal).catch(() => undefined); // the cycle's end is looked at above
  }
  return forgotten;
}

/** One transaction: the oldest cycles with their readings, and devices of which nothing is left. */
async function forgetSome(database: Database, before: string, limit: number): Promise<number> {
  // Looked up without a lock; nobody else deletes cycles.
  const old = await database.all<{ id: number }>(
    'SELECT id FROM cycle WHERE started_at < ? ORDER BY started_at LIMIT ?',
    before,
    limit,
  );
  if (old.length === 0) return 0;
  const ids = old.map(({ id }) => id).join(',');
  await database.exec(
    `BEGIN IMMEDIATE;
     DELETE FROM reading WHERE cycle IN (${ids});
     DELETE FROM device WHERE last_cycle IN (${ids});
     DELETE FROM cycle WHERE id IN (${ids});
     COMMIT`,
  );
  return old.length;
}
