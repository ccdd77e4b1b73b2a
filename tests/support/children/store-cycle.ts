/** Stores cycles n to m of one collector, and prints one line of JSON for each: the result, or the error. */
import { asMonitorError } from '../../../lib/errors';
import type { CollectorName } from '../../../lib/sources/all';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { noEffort } from '../../../lib/store/store';
import { keep, nthCycle } from '../cycles';
import { silentLogger, storageOf } from '../storage';

const [, , , data_directory = '', first = '0', last = first, collector = 'hue', busyTimeout = '5000', pages = '1000'] =
  process.argv;
const storage = storageOf(data_directory, {
  busy_timeout_ms: Number(busyTimeout),
  wal_autocheckpoint_pages: Number(pages),
});

async function main(): Promise<void> {
  for (let n = Number(first); n <= Number(last); n++) {
    const effort = noEffort();
    const store = readingsDatabase(storage, silentLogger, { effort });
    const cycle = nthCycle(n, collector as CollectorName);
    try {
      await keep(store, cycle);
      process.stdout.write(`${JSON.stringify({ n, stored: cycle.readings.length, ...effort })}\n`);
    } catch (thrown) {
      const { type, message, permanent, remediation } = asMonitorError(thrown);
      process.stdout.write(`${JSON.stringify({ n, type, message, permanent, remediation })}\n`);
    } finally {
      await store.close();
    }
  }
}

void main();
