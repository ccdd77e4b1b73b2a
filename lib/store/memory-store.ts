/** A store that forgets, for tests of what stands above it; it passes the same contract suite as readings.db. */
import type { Cycle, Store } from './store';

export interface MemoryStore extends Store {
  /** in the order of storing */
  readonly cycles: Cycle[];
}

export function createMemoryStore(): MemoryStore {
  const cycles: Cycle[] = [];
  const add = (cycle: Cycle) => {
    const { started_at, collector } = cycle.record;
    const known = cycles.some(({ record }) => record.started_at === started_at && record.collector === collector);
    if (!known) cycles.push(structuredClone(cycle));
  };
  return {
    cycles,
    replaced: null,
    lockWaitMs: 0,
    store: (cycle, finish) => {
      finish?.();
      add(cycle);
      return Promise.resolve({ stored: cycle.readings.length, lockWaitMs: 0 });
    },
    storeAll: (given) => {
      given.forEach(add);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
