/** Ctrl-C, SIGTERM and a closed terminal end a command that waits for a person, with exit 1 and a sentence. */
import { MonitorError } from '../errors';
import { letGoOfTerminalAtExit } from '../reliability/hang-up';

/** @returns a signal whose reason is a MonitorError `interrupted` */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP') letGoOfTerminalAtExit();
    controller.abort(
      new MonitorError(`interrupted by ${signal}`, {
        type: 'interrupted',
        permanent: true,
        remediation: 'Only the changes printed above were made; run the command again.',
      }),
    );
  };
  process.once('SIGTERM', interrupt).once('SIGINT', interrupt).once('SIGHUP', interrupt);
  return controller.signal;
}
