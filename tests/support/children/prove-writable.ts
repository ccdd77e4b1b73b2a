/** Proves a data directory writable and prints the result: `{"warnings": […]}` or `{"error": {…}}`. */
import { asMonitorError } from '../../../lib/errors';
import { proveWritable } from '../../../lib/store/prove-writable';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { silentLogger, storageOf } from '../storage';

async function prove(): Promise<void> {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warning: (_: string, message: string) => warnings.push(message) };
  const storage = storageOf(process.argv[3] ?? '');
  const store = readingsDatabase(storage, silentLogger);
  try {
    await proveWritable(storage, logger, () => store.prove());
    console.log(JSON.stringify({ warnings }));
  } catch (thrown) {
    const { type, permanent, message, remediation } = asMonitorError(thrown);
    console.log(JSON.stringify({ error: { type, permanent, message, remediation } }));
  } finally {
    await store.close();
  }
}

void prove();
