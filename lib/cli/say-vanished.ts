/** The event `device_vanished`: once for each device, because the next cycle compares with one that had it no longer. */
import type { CycleResult } from '../collect';
import type { StorageConfig } from '../config/config';
import type { Logger } from '../logging/logger';
import { Database } from '../store/database';
import { databasePath } from '../store/files';
import { latestPerDevice, type StoredReading } from '../store/queries';

export async function sayVanished(
  storage: StorageConfig,
  logger: Logger,
  { vanished, record }: Pick<CycleResult, 'vanished' | 'record'>,
): Promise<void> {
  const latest = await latestReadings(storage, Date.parse(record.started_at));
  for (const device_id of vanished) {
    const reading = latest.find((one) => one.device_id === device_id);
    const name = reading === undefined ? device_id : `${reading.location} (${device_id})`;
    const last = reading === undefined ? '' : `; its last reading is of ${reading.timestamp}`;
    logger.warning('device_vanished', `${name} is no longer listed${last}`, {
      device_id,
      location: reading?.location ?? null,
      last_reading_at: reading?.timestamp ?? null,
      remediation: 'If it was removed on purpose, there is nothing to do; else add it again in the app.',
    });
  }
}

async function latestReadings(storage: StorageConfig, untilMs: number): Promise<StoredReading[]> {
  try {
    const database = await Database.open(databasePath(storage.data_directory), 'read-only');
    try {
      database.setBusyTimeout(storage.busy_timeout_ms);
      return await latestPerDevice(database, untilMs);
    } finally {
      await database.close();
    }
  } catch {
    return []; // the event is worth more than its details
  }
}
