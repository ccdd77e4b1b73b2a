/** `report cycles`: the durations, bytes and retries of cycles. */
import type { Database, Row } from '../store/database';
import { highestOf } from './extremes';

/** A row of the view `cycles`; devices_skipped is JSON. */
export interface CycleRow extends Row {
  started_at: string;
  collector: string;
  outcome: string;
  exit_code: number;
  duration_ms: number;
  readings_stored: number;
  payload_bytes: number;
  requests: number;
  retries: number;
  lock_wait_ms: number;
  endpoint: string | null;
  error_type: string | null;
  error: string | null;
  clock_offset_seconds: number | null;
  clock: string | null;
  interval_minutes: number | null;
}

export const CYCLE_COLUMNS: readonly string[] = [
  'started_at',
  'collector',
  'outcome',
  'exit_code',
  'duration_ms',
  'readings_stored',
  'readings_spooled',
  'devices_seen',
  'devices_skipped',
  'requests',
  'payload_bytes',
  'endpoint',
  'retries',
  'lock_wait_ms',
  'error_type',
  'error',
  'clock_offset_seconds',
  'clock',
  'interval_minutes',
];

export interface CyclesSummary {
  collector: string;
  cycles: number;
  ok: number;
  partial: number;
  failed: number;
  median_ms: number;
  p95_ms: number;
  max_ms: number;
  mean_bytes: number;
  requests: number;
  retries: number;
  longest_lock_ms: number;
}

export function cyclesBetween(database: Database, fromMs: number | null, toMs: number): Promise<CycleRow[]> {
  return database.all<CycleRow>(
    'SELECT * FROM cycles WHERE started_at >= ? AND started_at < ? ORDER BY started_at, collector',
    fromMs === null ? '' : new Date(fromMs).toISOString(),
    new Date(toMs).toISOString(),
  );
}

export function summarize(cycles: readonly CycleRow[]): CyclesSummary[] {
  const collectors = [...new Set(cycles.map(({ collector }) => collector))].sort();
  return collectors.map((collector) => {
    const own = cycles.filter((cycle) => cycle.collector === collector);
    const durations = own.map(({ duration_ms }) => duration_ms).sort((a, b) => a - b);
    const sum = (value: (cycle: CycleRow) => number) => own.reduce((total, cycle) => total + value(cycle), 0);
    const having = (outcome: string) => own.filter((cycle) => cycle.outcome === outcome).length;
    return {
      collector,
      cycles: own.length,
      ok: having('ok'),
      partial: having('partial'),
      failed: having('failed'),
      median_ms: quantile(durations, 0.5),
      p95_ms: quantile(durations, 0.95),
      max_ms: durations.at(-1) ?? 0,
      mean_bytes: Math.round(sum(({ payload_bytes }) => payload_bytes) / own.length),
      requests: sum(({ requests }) => requests),
      retries: sum(({ retries }) => retries),
      longest_lock_ms: highestOf(own.map(({ lock_wait_ms }) => lock_wait_ms)),
    };
  });
}

/** By the nearest-rank method. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
