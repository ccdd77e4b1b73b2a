/** A store that forgets, for tests of what uses a store; it passes the same contract suite as readings.db. */
import { MonitorError } from '../errors';
import type { Cycle, Store } from './store';
import { isComplete } from './vanished';

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
  /** All or none of them. */
  const addAll = (given: readonly Cycle[]) => {
    if (given.some(hasTwoOfOneDevice)) {
      throw new MonitorError('a device has two readings', { type: 'internal', permanent: true });
    }
    given.forEach(add);
    return Promise.resolve();
  };
  return {
    cycles,
    store: async (readings, judge) => {
      const record = judge([]);
      await addAll([{ record, readings }]);
      return record;
    },
    storeAll: async (given) => addAll(given),
    prove: () => Promise.resolve(),
    listedBefore: (collector, untilMs) => {
      const listed = cycles
        .filter(({ record }) => record.collector === collector && Date.parse(record.started_at) <= untilMs)
        .filter(({ record }) => record.outcome !== 'failed' && isComplete(record.devices_skipped))
        .sort((one, other) => (one.record.started_at < other.record.started_at ? -1 : 1))
        .at(-1);
      if (listed === undefined) return Promise.resolve([]);
      const read = listed.readings.map(({ device_id }) => device_id);
      return Promise.resolve([...read, ...Object.keys(listed.record.devices_skipped)]);
    },
    close: () => Promise.resolve(),
  };
}

function hasTwoOfOneDevice({ readings }: Cycle): boolean {
  return new Set(readings.map(({ device_id }) => device_id)).size < readings.length;
}
