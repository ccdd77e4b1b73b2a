import { createMemoryStore } from '../../lib/store/memory-store';
import { readingsDatabase } from '../../lib/store/readings-database';
import { readBack, scratch } from '../support/storage';
import { describeStore } from './store-suite';

describeStore('readings.db', () => {
  const { storage, logger, path } = scratch();
  const store = readingsDatabase(storage, logger);
  return Promise.resolve({
    store,
    readBack: () => readBack(path('readings.db')),
    cleanUp: () => store.close(),
  });
});

describeStore('the memory store', () => {
  const store = createMemoryStore();
  return Promise.resolve({
    store,
    readBack: () => Promise.resolve(store.cycles.map(({ record, readings }) => ({ record, readings }))),
    cleanUp: () => store.close(),
  });
});
