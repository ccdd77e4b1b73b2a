/** A copy of the database from before an operation that changes history, and what to type to go back to it. */
import type { Database } from '../store/database';
import { copyBeside } from '../store/migrations';
import type { DataContext } from './operation';

export interface Backup {
  path: string;
  /** for a person */
  lines: readonly string[];
}

/** @throws MonitorError `database_*`, `file_system`, or the reason of the signal: nothing was changed */
export async function backUpFirst(database: Database, operation: string, context: DataContext): Promise<Backup> {
  const { storage, signal, progress, commandLine } = context;
  const stop = () => database.interrupt();
  progress('making a backup');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const path = await copyBeside(database, `before-${operation}`, storage.file_mode);
    return { path, lines: [`Backup: ${path}`, `To go back to it: ${commandLine('restore', path)}`] };
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
