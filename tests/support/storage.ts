/** A temporary data directory, a logger that keeps its lines, and queries on what was stored. */
import { join } from 'node:path';
import type { StorageConfig } from '../../lib/config/config';
import type { Reading } from '../../lib/reading';
import type { CollectorName } from '../../lib/sources/all';
import { Database, type Row, type SqlValue } from '../../lib/store/database';
import type { CycleRecord } from '../../lib/store/store';
import { recordingLogger, type RecordedEvent, type RecordingLogger } from './recording-logger';
import { scratchDirectory } from './scratch';

export { silentLogger } from '../../lib/logging/logger';

export interface Scratch {
  storage: StorageConfig;
  logger: RecordingLogger;
  events: readonly RecordedEvent[];
  /** absolute path of a name in the data directory */
  path: (name: string) => string;
  named: (event: string) => RecordedEvent[];
}

export function storageOf(data_directory: string, given: Partial<StorageConfig> = {}): StorageConfig {
  return {
    data_directory,
    busy_timeout_ms: 5000,
    wal_autocheckpoint_pages: 1000,
    file_mode: 0o600,
    spool_max_mb: 50,
    retention_days: 0,
    require_mount: false,
    ...given,
  };
}

/** A data directory that is removed when the test ends. */
export function scratch(given: Partial<StorageConfig> = {}): Scratch {
  const directory = scratchDirectory();
  const logger = recordingLogger();
  return {
    storage: storageOf(directory, given),
    logger,
    events: logger.events,
    path: (name) => join(directory, name),
    named: (event) => logger.events.filter((entry) => entry.event === event),
  };
}

/** Queries readings.db as another program would. */
export async function query<T = Row>(path: string, sql: string, ...parameters: SqlValue[]): Promise<T[]> {
  const database = await Database.open(path, 'read-only');
  try {
    return await database.all<T>(sql, ...parameters);
  } finally {
    await database.close();
  }
}

/** Everything in readings.db, through its documented views. */
export async function readBack(path: string): Promise<{ record: CycleRecord; readings: Reading[] }[]> {
  const cycles = await query<Omit<CycleRecord, 'devices_skipped'> & { devices_skipped: string }>(
    path,
    `SELECT started_at, collector, outcome, exit_code, duration_ms, devices_seen, devices_skipped, requests,
       payload_bytes, endpoint, retries, lock_wait_ms, error_type, error, clock_offset_seconds, clock,
       interval_minutes FROM cycles ORDER BY started_at, collector DESC`,
  );
  return await Promise.all(
    cycles.map(async (record) => ({
      record: { ...record, devices_skipped: JSON.parse(record.devices_skipped) as CycleRecord['devices_skipped'] },
      readings: await readingsOf(path, record.started_at, record.collector),
    })),
  );
}

async function readingsOf(path: string, timestamp: string, collector: CollectorName): Promise<Reading[]> {
  const rows = await query<Omit<Reading, 'is_anomalous'> & { is_anomalous: number }>(
    path,
    `SELECT device_id, device_type, location, measured_at, is_anomalous, temperature_celsius, humidity_percent,
       pm25_ugm3, pm10_ugm3, voc_index, co_ppm, iaq_score, light_lux, battery_percent, temperature_offset_celsius
     FROM readings WHERE timestamp = ? AND device_id LIKE ? ORDER BY device_id`,
    timestamp,
    collector === 'hue' ? 'hue:%' : 'alexa:%',
  );
  return rows.map((row) => ({ ...row, is_anomalous: row.is_anomalous === 1 }));
}
