/** Gives the driver's errors our words: what happened, whether waiting can help, what to do. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ErrorType, MonitorError } from '../errors';
import { describeFileError, errorCode } from '../files/file-error';

/** Less than this left means full: SQLite grows its files by pages of 4 KB and its shared memory by 32 KB. */
const FULL_BELOW_BYTES = 128 * 1024;

interface Meaning {
  type: Extract<ErrorType, `database_${string}`>;
  permanent: boolean;
}

const LOCKED: Meaning = { type: 'database_locked', permanent: false };
/** Transient: log rotation or the user may make room within the retries' seconds. */
const FULL: Meaning = { type: 'database_full', permanent: false };
const READONLY: Meaning = { type: 'database_readonly', permanent: true };
const IO: Meaning = { type: 'database_io', permanent: false };
/** Permanent for the retry: the store replaces such a file at once, waiting does not help. */
const CORRUPT: Meaning = { type: 'database_corrupt', permanent: true };

/** SQLite's primary result codes; any other one is a defect of ours. */
const MEANINGS: Record<string, Meaning> = {
  SQLITE_BUSY: LOCKED,
  SQLITE_LOCKED: LOCKED,
  SQLITE_PROTOCOL: LOCKED,
  SQLITE_FULL: FULL,
  SQLITE_READONLY: READONLY,
  SQLITE_CANTOPEN: READONLY,
  SQLITE_PERM: READONLY,
  SQLITE_IOERR: IO,
  SQLITE_NOMEM: IO,
  SQLITE_CORRUPT: CORRUPT,
  SQLITE_NOTADB: CORRUPT,
};

/** @param thrown an error of the driver: its `code` is SQLite's (`SQLITE_BUSY`), only primary codes are known */
export function databaseError(path: string, thrown: unknown): MonitorError {
  const { code = '', message = String(thrown) } = thrown as { code?: string; message?: string };
  const meaning = diskIsFull(path, code) ? FULL : MEANINGS[code];
  if (meaning === undefined) {
    return new MonitorError(`${path}: ${message}`, { type: 'internal', permanent: true, cause: thrown });
  }
  const { sentence, remediation } = explain(meaning, path, message);
  return new MonitorError(sentence, { ...meaning, remediation, cause: thrown });
}

/** What a system call on the database or next to it said (`EIO`, `EACCES`), in the same words. */
export function databaseFileError(path: string, thrown: unknown): MonitorError {
  if (thrown instanceof MonitorError) return thrown;
  return databaseError(path, {
    code: RESULT_CODES[errorCode(thrown)] ?? 'SQLITE_CANTOPEN',
    message: messageOf(thrown),
  });
}

/** What SQLite itself would have answered to these; to all others, that it cannot open the file. */
const RESULT_CODES: Record<string, string> = { EIO: 'SQLITE_IOERR', ENOSPC: 'SQLITE_FULL', EDQUOT: 'SQLITE_FULL' };

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function explain({ type }: Meaning, path: string, message: string): { sentence: string; remediation: string } {
  switch (type) {
    case 'database_locked':
      return {
        sentence: `${path} is locked: another program is writing to it (${message}).`,
        remediation: `See which program holds it, and end it or its transaction: fuser -v '${path}'`,
      };
    case 'database_full':
      return {
        sentence: `${path} cannot grow: the disk is full (${message}).`,
        remediation: `Make room on the disk: df -h '${dirname(path)}'`,
      };
    case 'database_readonly':
      return explainReadonly(path, message);
    case 'database_corrupt':
      return {
        sentence: `${path} is damaged, or not a database of SQLite (${message}).`,
        remediation: `Try to recover what is in it: ${recoveryOf(path)}`,
      };
    case 'database_io':
      return {
        sentence: `The disk failed under ${path} (${message}).`,
        remediation: 'Look for errors of the disk: dmesg | tail',
      };
  }
}

/**
 * Names the file that is in the way. A second user who merely reads can leave `-wal` and `-shm` files of their own;
 * these are never deleted here, because the `-wal` may hold readings.
 */
function explainReadonly(path: string, message: string): { sentence: string; remediation: string } {
  for (const file of [`${path}-wal`, `${path}-shm`, path, dirname(path)]) {
    const obstacle = whyNotWritable(file);
    if (obstacle === null) continue;
    const mine = process.geteuid?.() ?? 0;
    const owner = ownerOf(file);
    const ownerNote = owner === null || owner === mine ? '' : `, which belongs to user ${owner}`;
    const isSideFile = file.endsWith('-wal') || file.endsWith('-shm');
    return {
      sentence: `${path} cannot be written: ${file}${ownerNote}: ${obstacle}.`,
      remediation: isSideFile
        ? `Give it the owner and the mode of the database: sudo chown --reference='${path}' '${file}' && sudo chmod --reference='${path}' '${file}'`
        : `Give it back to the user of the collectors (user ${mine}): sudo chown ${mine} '${file}' && chmod u+w '${file}'`,
    };
  }
  return {
    sentence: `${path} cannot be opened for writing (${message}).`,
    remediation: `Look at the owner and the mode of each part of the path: namei -l '${path}'`,
  };
}

function ownerOf(file: string): number | null {
  try {
    return statSync(file).uid;
  } catch {
    return null; // gone meanwhile, or on a disk that fails
  }
}

/** In words why this process may not write an existing file or directory; null if it may, or there is none. */
export function whyNotWritable(path: string): string | null {
  if (!existsSync(path)) return null;
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch (thrown) {
    return describeFileError(thrown);
  }
}

/** A full disk also shows as SQLITE_IOERR (shared memory) and SQLITE_CANTOPEN (journal): ask the file system. */
function diskIsFull(path: string, code: string): boolean {
  if (code !== 'SQLITE_IOERR' && code !== 'SQLITE_CANTOPEN') return false;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < FULL_BELOW_BYTES;
  } catch {
    return false;
  }
}

/** From a copy without its WAL: opening it would play that in, and it may be what did the damage. */
export function recoveryOf(path: string): string {
  return `cp '${path}' copy.db && sqlite3 copy.db .recover > readings.sql`;
}
