import { createMemoryStore } from '../../lib/store/memory-store';
import { readingsDatabase } from '../../lib/store/readings-database';
import { readBack, scratch } from '../support/storage';
import { describeStore } from './store-suite';

describeStore('readings.db', async () => {
  const { storage, logger, path, remove } = await scratch();
  const store = readingsDatabase(storage, logger);
  return {
    store,
    readBack: () => readBack(path('readings.db')),
    cleanUp: async () => {
      await store.close();
      await remove();
    },
  };
});

describeStore('the memory store', () => {
  const store = createMemoryStore();
  return Promise.resolve({
    store,
    readBack: () => Promise.resolve(store.cycles.map(({ record, readings }) => ({ record, readings }))),
    cleanUp: () => store.close(),
  });
});
