/** Stores what waits in the spool of a data directory, as a collector does before its own cycle. */
import { readingsDatabase } from '../../../lib/store/readings-database';
import { replaySpool } from '../../../lib/store/spool';
import { silentLogger, storageOf } from '../storage';

const storage = storageOf(process.argv[3] ?? '');
const store = readingsDatabase(storage, silentLogger);

replaySpool(storage, silentLogger, store)
  .then(() => store.close())
  .catch((thrown: unknown) => {
    console.error(thrown);
    process.exitCode = 1;
  });
