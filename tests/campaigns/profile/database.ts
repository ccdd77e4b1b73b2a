/** readings.db opened behind its gate, verified, one cycle stored, closed. */
import { join } from 'node:path';
import { silentLogger } from '../../../lib/logging/logger';
import { readingsDatabase } from '../../../lib/store/readings-database';

const database = readingsDatabase(
  {
    data_directory: join(process.argv[2] ?? '', 'data'),
    busy_timeout_ms: 5000,
    wal_autocheckpoint_pages: 1000,
    file_mode: 0o600,
    spool_max_mb: 50,
    retention_days: 0,
  },
  silentLogger,
);

async function store(): Promise<void> {
  const record = {
    started_at: new Date().toISOString(),
    collector: 'hue',
    outcome: 'ok',
    exit_code: 0,
    duration_ms: 0,
    devices_seen: 0,
    devices_skipped: {},
    requests: 0,
    payload_bytes: 0,
    endpoint: 'sensors',
    retries: 0,
    lock_wait_ms: 0,
    error_type: null,
    error: null,
  } as const;
  await database.open();
  await database.store([], () => record);
  await database.close();
  process.exit(0);
}

void store();
