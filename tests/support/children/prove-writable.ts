/** Proves a data directory writable and prints the result: `{"warnings": […]}` or `{"error": {…}}`. */
import { asMonitorError } from '../../../lib/errors';
import { proveWritable } from '../../../lib/store/prove-writable';
import { silentLogger, storageOf } from '../storage';

const warnings: string[] = [];
const logger = { ...silentLogger, warning: (_: string, message: string) => warnings.push(message) };
try {
  proveWritable(storageOf(process.argv[3] ?? ''), logger);
  console.log(JSON.stringify({ warnings }));
} catch (thrown) {
  const { type, permanent, message, remediation } = asMonitorError(thrown);
  console.log(JSON.stringify({ error: { type, permanent, message, remediation } }));
}
