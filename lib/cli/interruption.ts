/** Ctrl-C and SIGTERM for a command that waits for a person: everything under way ends, with exit 1 and a sentence. */
import { MonitorError } from '../errors';

/** @returns a signal whose reason is a MonitorError `interrupted` */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) =>
    controller.abort(
      new MonitorError(`interrupted by ${signal}`, {
        type: 'interrupted',
        permanent: true,
        remediation: 'Nothing was changed that was not said; run the command again.',
      }),
    );
  process.once('SIGTERM', interrupt).once('SIGINT', interrupt);
  return controller.signal;
}
