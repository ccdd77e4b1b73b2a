/**
 * A process that stores cycles, one line of JSON for each: `node worker.js TASK`. Each cycle opens and closes what it
 * needs, as a collector started by cron does, but without the half second between start and answer of a device.
 */
import { collect } from '../../../lib/collect';
import { asMonitorError } from '../../../lib/errors';
import { openCycleStorage } from '../../../lib/cli/cycle-storage';
import type { Fields, Logger } from '../../../lib/logging/logger';
import { startDeadline } from '../../../lib/reliability/deadline';
import type { CollectorName } from '../../../lib/sources/all';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { noEffort } from '../../../lib/store/store';
import { UNHEARD } from '../../../lib/witnesses';
import { keep, nthCycle } from '../../support/cycles';
import { storageOf } from '../../support/storage';

export interface WorkerTask {
  directory: string;
  /** `store`: readings.db alone; `collect`: lock, proof of writing, retry and spool as in a collector */
  through: 'store' | 'collect';
  collector: CollectorName;
  firstCycle: number;
  cycles: number;
  devices?: number;
  busyTimeoutMs?: number;
  autocheckpointPages?: number;
  spoolMaxMb?: number;
  baseDelaySeconds?: number;
  deadlineSeconds?: number;
  /** prints `ready`, then waits for a line on stdin */
  waitForStart?: boolean;
}

/** What a worker prints about each cycle. */
export interface WorkerReport {
  cycle: number;
  exitCode: number;
  stored: number;
  spooled: number;
  errorType: string | null;
  error: string | null;
  events: string[];
}

const task = JSON.parse(process.argv[2] ?? '{}') as WorkerTask;
const storage = storageOf(task.directory, {
  busy_timeout_ms: task.busyTimeoutMs ?? 5000,
  wal_autocheckpoint_pages: task.autocheckpointPages ?? 1000,
  spool_max_mb: task.spoolMaxMb ?? 50,
});

let events: string[] = [];
/** Also printed immediately, for a process that waits for it. */
const note = (event: string, _: string, fields: Fields = {}) => {
  const noted = event === 'retry' ? `retry ${String(fields['attempt'])} ${String(fields['delay_ms'])}` : event;
  events.push(noted);
  process.stdout.write(`event ${noted}\n`);
};
const logger: Logger = { critical: note, error: note, warning: note, info: note, debug: note };

async function storeOnly(n: number): Promise<Omit<WorkerReport, 'events' | 'cycle'>> {
  const effort = noEffort();
  const store = readingsDatabase(storage, logger, { effort });
  const cycle = nthCycle(n, task.collector, task.devices);
  try {
    await keep(store, cycle);
    const stored = cycle.readings.length;
    return { exitCode: effort.replaced === null ? 0 : 3, stored, spooled: 0, errorType: null, error: null };
  } catch (thrown) {
    const { type, message } = asMonitorError(thrown);
    return { exitCode: 1, stored: 0, spooled: 0, errorType: type, error: message };
  } finally {
    await store.close();
  }
}

async function wholeCycle(n: number): Promise<Omit<WorkerReport, 'events' | 'cycle'>> {
  const cycle = nthCycle(n, task.collector, task.devices);
  const storing = startDeadline((task.deadlineSeconds ?? 120) * 1000, 0);
  const config = {
    storage,
    retry: { max_attempts: 3, base_delay_seconds: task.baseDelaySeconds ?? 1, multiplier: 2 },
  };
  const end = { reading: storing, storing, spooling: storing, graceMs: 300, clear: () => storing.clear() };
  const cycleStorage = openCycleStorage(task.collector, { config, logger, end, cycle: new Date().toISOString() });
  try {
    const result = await collect({
      collector: task.collector,
      intervalMinutes: 5,
      startedAt: new Date(cycle.record.started_at),
      source: { read: () => Promise.resolve([]) },
      judgeClock: () => Promise.resolve(UNHEARD),
      accept: () => ({ readings: cycle.readings, skipped: {}, devicesSeen: cycle.readings.length, leftOut: 0 }),
      traffic: { requests: 1, payloadBytes: 1900, endpoint: 'sensors', clockDifferenceMs: null, clockProved: false },
      storage: cycleStorage,
      end,
      retries: cycleStorage.retries,
      redact: (text) => text,
    });
    const { readingsStored: stored, readingsSpooled: spooled, failure, record } = result;
    const errorType = failure?.type ?? null;
    return { exitCode: record.exit_code, stored, spooled, errorType, error: failure?.message ?? null };
  } finally {
    storing.clear();
  }
}

async function main(): Promise<void> {
  if (task.waitForStart) {
    process.stdout.write('ready\n');
    await new Promise((resolve) => process.stdin.once('data', resolve));
    process.stdin.unref();
  }
  for (let n = task.firstCycle; n < task.firstCycle + task.cycles; n++) {
    events = [];
    const report = await (task.through === 'store' ? storeOnly(n) : wholeCycle(n));
    process.stdout.write(`${JSON.stringify({ cycle: n, ...report, events } satisfies WorkerReport)}\n`);
  }
}

void main();
