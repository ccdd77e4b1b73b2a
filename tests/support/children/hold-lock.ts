/** Takes a lock, prints `held`, `refused` or the error, and holds it until it is killed. */
import { asMonitorError } from '../../../lib/errors';
import { acquireLock } from '../../../lib/store/lock';

const [, , , path = ''] = process.argv;
acquireLock(path).then(
  (lock) => {
    console.log(lock === null ? 'refused' : 'held');
    if (lock !== null) setInterval(() => undefined, 60_000);
  },
  (thrown: unknown) => {
    const error = asMonitorError(thrown);
    console.log(error.type, error.message);
  },
);
