/** Stores cycles n to m of one collector, printing a line of JSON for each: the receipt, or the error. */
import { asMonitorError } from '../../../lib/errors';
import type { CollectorName } from '../../../lib/reading';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { nthCycle } from '../cycles';

const [, , , data_directory = '', first = '0', last = first, collector = 'hue', busyTimeout = '5000', pages = '1000'] =
  process.argv;
const storage = {
  data_directory,
  busy_timeout_ms: Number(busyTimeout),
  wal_autocheckpoint_pages: Number(pages),
  file_mode: 0o600,
  spool_max_mb: 50,
  retention_days: 0,
};
const silent = () => undefined;
const logger = { critical: silent, error: silent, warning: silent, info: silent, debug: silent };

async function main(): Promise<void> {
  for (let n = Number(first); n <= Number(last); n++) {
    const store = readingsDatabase(storage, logger);
    try {
      const receipt = await store.store(nthCycle(n, collector as CollectorName));
      process.stdout.write(`${JSON.stringify({ n, ...receipt, replaced: store.replaced })}\n`);
    } catch (thrown) {
      const { type, message, permanent, remediation } = asMonitorError(thrown);
      process.stdout.write(`${JSON.stringify({ n, type, message, permanent, remediation })}\n`);
    } finally {
      await store.close();
    }
  }
}

void main();
