/** Whether the database takes a cycle: a whole one is written by the store's own statements, and rolled back. */
import { asMonitorError, MonitorError } from '../errors';
import { EXIT } from '../exit-codes';
import { NO_QUANTITIES } from '../quantities';
import { COLLECTORS } from '../sources/all';
import { shellQuoted } from '../wording';
import type { Database } from './database';
import type { Cycle } from './store';
import { writeCycle } from './write-cycle';

/**
 * One with a location larger than the page cache, so that pages are really written to the disk, which shows a full one.
 * What was written is behind the end of the WAL, where the next writer overwrites it.
 */
function trialCycle(): Cycle {
  const [collector] = COLLECTORS;
  if (collector === undefined) throw new Error('there is no source');
  const reading = {
    device_id: 'trial:1',
    device_type: 'trial' as never, // of no source: its row never stays
    location: 'trial '.repeat(2000),
    measured_at: null,
    is_anomalous: false,
    temperature_offset_celsius: 0,
    ...NO_QUANTITIES,
    temperature_celsius: 20,
  };
  return {
    record: {
      started_at: new Date().toISOString(),
      collector,
      outcome: 'ok',
      exit_code: EXIT.done,
      duration_ms: 0,
      devices_seen: 1,
      devices_skipped: { 'trial:2': 'off' },
      requests: 0,
      payload_bytes: 0,
      endpoint: 'sensors',
      retries: 0,
      lock_wait_ms: 0,
      error_type: 'internal',
      error: 'trial',
      clock_offset_seconds: 0,
      clock: 'ok',
      interval_minutes: 5,
    },
    readings: [reading],
  };
}

/**
 * @param work what is written; other than a cycle only in a database of an older version, which is not migrated here
 * @throws MonitorError `database_*`; `internal` if its tables or triggers refuse what a cycle writes
 */
export async function proveRow(database: Database, work = () => writeCycle(database, trialCycle())): Promise<void> {
  const before = await database.get<{ cache_size: number }>('PRAGMA cache_size');
  await database.exec('PRAGMA cache_size = 1');
  try {
    await database.exec('BEGIN IMMEDIATE');
    await work();
    await database.exec('ROLLBACK');
  } catch (thrown) {
    await database.exec('ROLLBACK').catch(() => undefined); // no transaction is open if BEGIN failed
    const failure = asMonitorError(thrown);
    throw failure.type === 'internal' ? refused(database, failure) : failure;
  } finally {
    await database.exec(`PRAGMA cache_size = ${before?.cache_size ?? -2000}`).catch(() => undefined);
  }
}

/** The table is in every version. */
export function proveRowOfOlder(database: Database): Promise<void> {
  return proveRow(database, () => database.exec(`INSERT INTO word (text) VALUES ('trial ' || hex(zeroblob(6000)))`));
}

function refused({ path }: Database, { message, cause }: MonitorError): MonitorError {
  return new MonitorError(`The database takes no reading, its tables were changed: ${message}`, {
    type: 'internal',
    permanent: true,
    remediation: {
      say: 'Undo what was changed (a trigger, a table), or move it away, so that the next cycle makes a new one',
      command: `mv ${shellQuoted(path)} ${shellQuoted(`${path}.other`)}`,
    },
    cause,
  });
}
