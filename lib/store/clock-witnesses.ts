/** What earlier cycles know about the time, for a cycle in which two clocks differ. */
import { newestBelieved } from '../clock';
import type { StorageConfig } from '../config/config';
import { SOURCES } from '../sources/all';
import { CLOCKS_AGREE_MS } from '../witnesses';
import { Database } from './database';
import { databasePath } from './files';

export interface EarlierCycles {
  newestMs: number | null;
  cloudDifferenceMs: number | null;
}

/** Within this time a clock that a cloud was compared with is taken for the same clock, not set meanwhile. */
const CLOUD_LASTS_MS = 3_600_000;

const CLOUDS = JSON.stringify(SOURCES.filter(({ keepsTime }) => keepsTime === true).map(({ collector }) => collector));

/**
 * @param latestMs the later one of the two clocks: a cycle after it was stamped by a third one. Infinity: there is one
 * clock only
 * @returns nulls if there is no database, or it cannot be asked: the clocks are then judged without it
 */
export async function earlierCycles(
  storage: StorageConfig,
  { oursMs, latestMs }: { oursMs: number; latestMs: number },
): Promise<EarlierCycles> {
  try {
    const database = await Database.open(databasePath(storage.data_directory), 'read-only');
    try {
      database.setBusyTimeout(storage.busy_timeout_ms);
      return {
        newestMs: await newestHeard(database, latestMs),
        cloudDifferenceMs: await cloudDifference(database, oursMs),
      };
    } finally {
      await database.close();
    }
  } catch {
    return { newestMs: null, cloudDifferenceMs: null };
  }
}

/** A cycle counts only if a second clock was heard in it, and its time was not doubtful. */
async function newestHeard(database: Database, latestMs: number): Promise<number | null> {
  const until = latestMs === Infinity ? '9999' : new Date(newestBelieved(latestMs)).toISOString();
  const row = await database.get<{ started_at: string }>(
    `SELECT started_at FROM cycles WHERE started_at <= ? AND clock IN ('ok', 'corrected')
     AND clock_offset_seconds IS NOT NULL ORDER BY started_at DESC LIMIT 1`,
    until,
  );
  return row === undefined ? null : Date.parse(row.started_at);
}

async function cloudDifference(database: Database, oursMs: number): Promise<number | null> {
  const row = await database.get<{ started_ms: number; seconds: number; clock: string }>(
    `SELECT started_ms, clock_offset_seconds AS seconds, (SELECT text FROM word WHERE id = clock) AS clock FROM cycle
     WHERE collector IN (SELECT id FROM word WHERE text IN (SELECT value FROM json_each(?)))
     AND clock_offset_seconds IS NOT NULL ORDER BY id DESC LIMIT 1`,
    CLOUDS,
  );
  if (row === undefined) return null;
  const differenceMs = row.seconds * 1000;
  const wasBelieved = row.clock === 'corrected' || (row.clock === 'ok' && Math.abs(differenceMs) <= CLOCKS_AGREE_MS);
  const oursThenMs = row.clock === 'corrected' ? row.started_ms - differenceMs : row.started_ms;
  const isLately = oursThenMs <= newestBelieved(oursMs) && oursMs - oursThenMs <= CLOUD_LASTS_MS;
  return wasBelieved && isLately ? differenceMs : null;
}
