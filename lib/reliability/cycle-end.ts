/**
 * No cycle outlives its deadline: reading ends a little earlier, so that what was read can still be stored; waiting for
 * the database ends a little later, so that it can still be spooled; at the deadline itself the process ends.
 */
import { MonitorError } from '../errors';
import { startDeadline, type Deadline } from './deadline';

export interface CycleEnd {
  /** for everything that is asked of a device or a cloud */
  reading: Deadline;
  /** for everything that waits for the database, mail or log rotation */
  storing: Deadline;
  /** stops the timers */
  clear(): void;
}

/**
 * @param deadlineSeconds since the process started
 * @param atTheEnd ends the process; called where even spooling has not ended in time
 */
export function startCycleEnd(deadlineSeconds: number, atTheEnd: () => void): CycleEnd {
  const total = deadlineSeconds * 1000;
  const reading = startDeadline(total - Math.min(5000, total / 4));
  const storing = startDeadline(total - Math.min(1000, total / 10));
  const end = setTimeout(atTheEnd, Math.max(0, total - performance.now()));
  end.unref();

  // A signal ends the reading; what was read already is stored as ever.
  const interrupt = (signal: NodeJS.Signals) =>
    reading.interrupt(
      new MonitorError(`interrupted by ${signal}`, {
        type: 'interrupted',
        permanent: true,
        remediation: 'Nothing is wrong with the collector: somebody, or a shutdown, ended it. The next cycle goes on.',
      }),
    );
  process.on('SIGTERM', interrupt).on('SIGINT', interrupt);

  const clear = () => {
    reading.clear();
    storing.clear();
    clearTimeout(end);
    process.off('SIGTERM', interrupt).off('SIGINT', interrupt);
  };
  return { reading, storing, clear };
}
