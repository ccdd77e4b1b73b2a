/** A store that forgets, for tests of what stands above it; it passes the same contract suite as readings.db. */
import type { Cycle, Store } from './store';

export interface MemoryStore extends Store {
  /** in the order of storing; `duration_ms` filled in */
  readonly cycles: Cycle[];
}

export function createMemoryStore(): MemoryStore {
  const cycles: Cycle[] = [];
  return {
    cycles,
    store: (cycle, elapsedMs = () => cycle.record.duration_ms) => {
      const { started_at, collector } = cycle.record;
      const known = cycles.some(({ record }) => record.started_at === started_at && record.collector === collector);
      const record = { ...cycle.record, duration_ms: Math.round(elapsedMs()) };
      if (!known) cycles.push(structuredClone({ ...cycle, record }));
      return Promise.resolve({ stored: cycle.readings.length, lockWaitMs: 0, replaced: null });
    },
    close: () => Promise.resolve(),
  };
}
