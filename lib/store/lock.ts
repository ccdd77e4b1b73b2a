/**
 * A lock between processes: one cycle per collector, one repair of the database at a time. Node.js has no flock, so
 * SQLite's own lock (fcntl) on an empty file is used: the kernel releases it when its process ends, in any way.
 */
import { closeSync, constants, ftruncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { isOwnFileThere, openOwnFile } from '../files/own-file';
import { ownOpenFileLike } from '../files/ownership';
import { shellQuoted } from '../wording';
import { Database } from './database';
import { whileLocked } from './while-locked';

export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** any number of processes may hold it as `shared`, but none while another holds it as `exclusive` (default) */
  mode?: keyof typeof STATEMENTS;
  /** ends the waiting */
  signal?: AbortSignal | undefined;
}

const STATEMENTS = {
  // In memory, or SQLite would prepare a first page for the empty file, and a killed process leave its journal.
  exclusive: 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE',
  shared: 'BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1',
};

/** The lock of which a collector holds one for its whole cycle. */
export function cycleLockPath({ data_directory }: Pick<StorageConfig, 'data_directory'>, collector: string): string {
  return join(data_directory, `.${collector}.lock`);
}

/** For a dry run, which makes no file and blocks no other process. */
export const takeNoLock = (): Promise<Lock> => Promise.resolve({ release: () => Promise.resolve() });

/**
 * Takes the lock of this file, creating it if there is none.
 * @param waitMs how long to wait for another holder; 0: not at all
 * @returns null if another process (or this one) still holds it
 * @throws MonitorError `file_system` if the file cannot be created or used, `database_*` if it cannot be locked
 */
export async function acquireLock(path: string, waitMs = 0, options: LockOptions = {}): Promise<Lock | null> {
  const { mode = 'exclusive', signal } = options;
  create(path);
  const database = await Database.open(path, 'read-write').catch((thrown: unknown) => {
    throw lockError(path, thrown);
  });
  try {
    await whileLocked({ busyTimeoutMs: waitMs, signal }, async (sliceMs) => {
      database.setBusyTimeout(sliceMs);
      await database.exec(STATEMENTS[mode]).catch(async (thrown: unknown) => {
        await database.exec('ROLLBACK').catch(() => undefined); // what may have begun before it had to wait
        if (asMonitorError(thrown).type !== 'database_corrupt') throw thrown;
        empty(path);
        await database.exec(STATEMENTS[mode]);
      });
    });
  } catch (thrown) {
    await database.close();
    if (asMonitorError(thrown).type === 'database_locked') return null;
    throw lockError(path, thrown);
  }
  return { release: () => database.close() };
}

/** A damaged lock must not be reported as a damaged database: the database would be moved aside for it. */
function lockError(path: string, thrown: unknown): MonitorError {
  const failure = asMonitorError(thrown);
  if (failure.type !== 'database_corrupt') return failure;
  return new MonitorError(`The lock file ${path} cannot be used.`, {
    type: 'file_system',
    remediation: { say: 'Remove it, it holds nothing', command: `rm ${shellQuoted(path)}` },
    cause: thrown,
  });
}

/** Something was written into it; its content means nothing. */
function empty(path: string): void {
  try {
    const file = openOwnFile(path, constants.O_WRONLY);
    try {
      ftruncateSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw fileError('empty', path, thrown, dirname(path));
  }
}

function create(path: string): void {
  try {
    // Opened and closed only when it is new: closing a file drops every fcntl lock this process holds on it.
    if (isOwnFileThere(path)) return;
    const file = openOwnFile(path, constants.O_WRONLY | constants.O_CREAT);
    try {
      ownOpenFileLike(dirname(path), file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    throw fileError('lock', path, thrown, dirname(path));
  }
}
