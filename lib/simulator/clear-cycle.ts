/** The record of a cycle in which nothing went wrong, for the demo and for tests. */
import { EXIT } from '../exit-codes';
import type { CollectorName } from '../sources/all';
import type { CycleRecord } from '../store/store';

export function clearCycle(started_at: string, collector: CollectorName, given: Partial<CycleRecord>): CycleRecord {
  return {
    started_at,
    collector,
    outcome: 'ok',
    exit_code: EXIT.done,
    duration_ms: 123,
    devices_seen: 0,
    devices_skipped: {},
    requests: 1,
    payload_bytes: 1900,
    endpoint: 'sensors',
    retries: 0,
    lock_wait_ms: 0,
    error_type: null,
    error: null,
    clock_offset_seconds: 0,
    clock: 'ok',
    interval_minutes: 5,
    ...given,
  };
}
