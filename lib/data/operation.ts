/** What every operation of the command `data` gets and gives. */
import { join } from 'node:path';
import type { Config, StorageConfig } from '../config/config';
import { MonitorError, type ErrorType, type Remedy } from '../errors';
import type { ExitCode } from '../exit-codes';
import { makeDirectory } from '../files/ownership';
import type { Logger } from '../logging/logger';
import { acquireLock } from '../store/lock';
import { shellQuoted } from '../wording';

export interface DataContext {
  config: Config;
  storage: StorageConfig;
  logger: Logger;
  /** aborted by Ctrl-C and SIGTERM; its reason is the MonitorError to throw */
  signal: AbortSignal;
  /** says what would be done, and changes nothing */
  dryRun: boolean;
  /** shows how far it is, on a terminal */
  progress: (text: string) => void;
  /** the line to type for this command with other words: `restore FILE` */
  commandLine: (...words: string[]) => string;
}

export interface DataResult {
  exitCode: ExitCode;
  /** for a person */
  lines: readonly string[];
  /** for `--json`, and for the log */
  details: Readonly<Record<string, unknown>>;
}

/** Work in steps that ended half-way: what is stored stays, and the same command goes on from there. */
export class BrokenOff extends MonitorError {
  constructor(
    failure: MonitorError,
    stored: string,
    readonly details: Readonly<Record<string, unknown>>,
  ) {
    const { type, permanent, remedy, cause } = failure;
    super(`${failure.message.replace(/\.$/, '')}. ${stored}`, {
      type,
      permanent,
      remediation: type === 'interrupted' ? 'Run the same command again: it goes on.' : remedy,
      cause,
    });
  }
}

/** Why an operation is not done. */
export function refusal(message: string, remediation: string | Remedy, type: ErrorType = 'refused'): MonitorError {
  return new MonitorError(message, { type, permanent: true, remediation });
}

/**
 * One operation at a time: two would undo each other's work, and the left-overs of a killed one can be removed. A
 * dry run makes no file and need not wait.
 * @throws MonitorError `database_locked` if another one is running
 */
export async function whileNoOther<T>({ storage, dryRun }: DataContext, work: () => Promise<T>): Promise<T> {
  if (dryRun) return await work();
  makeDirectory(storage.data_directory);
  const path = join(storage.data_directory, '.data.lock');
  const lock = await acquireLock(path);
  if (lock === null) {
    throw refusal(
      'Another data command is still running.',
      { say: 'See which one', command: `fuser -v ${shellQuoted(path)}` },
      'database_locked',
    );
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
