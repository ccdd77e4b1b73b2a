/** Another program that keeps the database open or locked. */
import { startChild } from '../../support/child';
import { isRoot, NOBODY } from '../../support/as-user';
import type { Bench } from './bench';

/**
 * Starts a process of the home's user, or of another, that runs the statements and waits.
 * @returns when it has done so
 */
export async function holdDatabase(
  bench: Bench,
  statements: string,
  uid = NOBODY,
): Promise<{ kill: () => Promise<void> }> {
  const child = startChild('hold-database', [bench.home.databaseFile, statements], isRoot ? { uid } : {});
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    new Promise((resolve) => child.stdout?.once('data', resolve)),
    ended.then(() => Promise.reject(new Error('the holder of the database ended before it had it'))),
  ]);
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  bench.onClose(kill);
  return { kill };
}
