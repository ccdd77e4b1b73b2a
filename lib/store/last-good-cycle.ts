/** What the last good cycle found: an answer without any sensor is suspicious only if there were some before. */
import { newestBelieved } from '../clock';
import type { StorageConfig } from '../config/config';
import type { CollectorName } from '../sources/all';
import { Database } from './database';
import { databasePath } from './files';

/** @returns how many devices it listed; 0 if no good cycle is known, or the database cannot be asked */
export async function lastDevicesSeen(
  storage: StorageConfig,
  collector: CollectorName,
  nowMs = Date.now(),
): Promise<number> {
  try {
    const database = await Database.open(databasePath(storage.data_directory), 'read-only');
    try {
      database.setBusyTimeout(storage.busy_timeout_ms);
      const row = await database.get<{ devices_seen: number }>(
        `SELECT devices_seen FROM cycles WHERE collector = ? AND outcome <> 'failed' AND devices_seen > 0
         AND started_at <= ? ORDER BY started_at DESC LIMIT 1`,
        collector,
        new Date(newestBelieved(nowMs)).toISOString(),
      );
      return row?.devices_seen ?? 0;
    } finally {
      await database.close();
    }
  } catch {
    return 0;
  }
}
