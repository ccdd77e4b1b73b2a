/** Cycles and readings for tests: everything has a value, and each test sets what it needs. */
import { NO_QUANTITIES } from '../../lib/quantities';
import type { Reading } from '../../lib/reading';
import { clearCycle } from '../../lib/simulator/clear-cycle';
import type { CollectorName } from '../../lib/sources/all';
import type { Cycle, CycleRecord, Store } from '../../lib/store/store';

export function hueReading(device_id: string, given: Partial<Reading> = {}): Reading {
  return {
    ...NO_QUANTITIES,
    device_id,
    device_type: 'hue_sensor',
    location: 'Hall',
    measured_at: '2026-01-01T00:00:00.000Z',
    is_anomalous: false,
    temperature_offset_celsius: null,
    temperature_celsius: 20.75,
    ...given,
  };
}

export function cycleOf(
  started_at: string,
  collector: CollectorName,
  readings: Reading[],
  given: Partial<CycleRecord> = {},
): Cycle {
  return { record: clearCycle(started_at, collector, { devices_seen: readings.length, ...given }), readings };
}

/** Stores a cycle with a given record, even if storing took another time. */
export function keep(store: Store, { record, readings }: Cycle): Promise<CycleRecord> {
  return store.store(readings, () => record);
}

/** The n-th cycle of a collector that runs every 5 minutes, with readings of `devices` sensors. */
export function nthCycle(n: number, collector: CollectorName = 'hue', devices = 2): Cycle {
  const started_at = new Date(Date.UTC(2026, 0, 1) + n * 300_000).toISOString();
  const prefix = collector === 'hue' ? 'hue' : 'alexa';
  const readings = Array.from({ length: devices }, (_, device) =>
    hueReading(`${prefix}:${device}`, {
      temperature_celsius: 20 + (n % 100) / 100,
      measured_at: new Date(Date.parse(started_at) - 1000 * device - 17).toISOString(),
    }),
  );
  return cycleOf(started_at, collector, readings);
}
