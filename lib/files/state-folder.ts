/** Where a source remembers something from one cycle to the next: files of the data directory, each safe to delete. */
import { join } from 'node:path';
import { writeWhole } from './write-whole';

export interface StateFolder {
  /** absolute; read from it by way of `readOwnFile` */
  readonly path: string;
  /**
   * Replaces a file of it as a whole, mode 0600.
   * @throws MonitorError `file_system`
   */
  write(name: string, text: string): void;
}

export function stateFolder(path: string): StateFolder {
  return { path, write: (name, text) => writeWhole(join(path, name), text) };
}

/** For those who store nothing (a dry run, `health`, `perf`): what is there is read, and nothing is written. */
export function readOnlyState(path: string): StateFolder {
  return { path, write: () => undefined };
}
