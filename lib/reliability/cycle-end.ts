/**
 * No cycle outlives its deadline: reading ends a little earlier, so that what was read can still be stored; waiting for
 * the database ends a little later, so that it can still be spooled; at the deadline itself the process ends.
 */
import { MonitorError } from '../errors';
import { deadlineError, startDeadline, type Deadline } from './deadline';
import { letGoOfTerminalAtExit } from './hang-up';

export interface CycleEnd {
  /** for everything that is asked of a device or a cloud */
  reading: Deadline;
  /** for everything that waits for the database, mail or log rotation */
  storing: Deadline;
  /** for the spool, where what the database did not take is written */
  spooling: Deadline;
  /** how long reading and storing may go on after its end, to give up by itself, in milliseconds */
  graceMs: number;
  /** stops the timers */
  clear(): void;
}

/**
 * After a signal, the database is waited for no longer than this before the readings go to the spool, in milliseconds.
 */
const STORING_AFTER_SIGNAL_MS = 1000;
/** The spool is the last resort: two of its retries still fit; systemd, Docker and a shutdown wait longer than this. */
const SPOOLING_AFTER_SIGNAL_MS = 5000;
/** A closed terminal (SIGHUP) must not lose what was read, as Ctrl-C and a shutdown must not. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * @param deadlineSeconds since the process started; if even spooling has not ended by then, it throws what nobody
 * catches: the process ends as it does after any uncaught error
 */
export function startCycleEnd(deadlineSeconds: number): CycleEnd {
  const total = deadlineSeconds * 1000;
  // A process cannot end while one of its threads looks up a name; the C library asks a silent server for 10 s and
  // more.
  process.env['RES_OPTIONS'] ??= 'timeout:2 attempts:1';
  const endBefore = (ms: number) => startDeadline(total - ms, performance.now(), deadlineSeconds);
  const reading = endBefore(Math.min(5000, (total * 3) / 8));
  const storing = endBefore(Math.min(1500, total / 4));
  const spooling = endBefore(Math.min(300, total / 10));
  const end = setTimeout(
    () => {
      throw deadlineError(deadlineSeconds);
    },
    Math.max(0, total - performance.now()),
  );
  end.unref();

  // A signal ends the reading; what was read already is stored as usual, or soon spooled.
  const interrupt = (signal: NodeJS.Signals) => {
    const reason = new MonitorError(`interrupted by ${signal}`, {
      type: 'interrupted',
      permanent: true,
      remediation: 'Nothing is wrong with the collector: a user or a shutdown ended it. The next cycle goes on.',
    });
    if (signal === 'SIGHUP') letGoOfTerminalAtExit();
    reading.interrupt(reason);
    setTimeout(() => storing.interrupt(reason), STORING_AFTER_SIGNAL_MS).unref();
    setTimeout(() => spooling.interrupt(reason), SPOOLING_AFTER_SIGNAL_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);

  const clear = () => {
    for (const deadline of [reading, storing, spooling]) deadline.clear();
    clearTimeout(end);
    // The signals are listened to until the process has ended: the exit code that it has reported must stay true.
  };
  return { reading, storing, spooling, graceMs: Math.min(300, total / 16), clear };
}
