/** Gives the driver's errors our words: what happened, whether waiting can help, what to do. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ErrorType, MonitorError, type Remedy } from '../errors';
import { describeFileError, errorCode } from '../files/file-error';
import { fileRemedy } from '../files/file-remedy';
import { shellQuoted } from '../wording';
import { codeBehind } from './code-behind';

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
  return explained(path, code, codeBehind(path, code), message, thrown);
}

/** What a system call on the database or next to it said (`EIO`, `EACCES`), in the same words. */
export function databaseFileError(path: string, thrown: unknown): MonitorError {
  if (thrown instanceof MonitorError) return thrown;
  const code = errorCode(thrown);
  return explained(path, RESULT_CODES[code] ?? 'SQLITE_CANTOPEN', code, messageOf(thrown), thrown);
}

/** What SQLite itself would have answered to these; to all others, that it cannot open the file. */
const RESULT_CODES: Record<string, string> = { EIO: 'SQLITE_IOERR', ENOSPC: 'SQLITE_FULL', EDQUOT: 'SQLITE_FULL' };

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** @param system the code of the system call that failed; '' if that is not known */
function explained(path: string, code: string, system: string, message: string, cause: unknown): MonitorError {
  const meaning = system === 'ENOSPC' ? FULL : MEANINGS[code];
  if (meaning === undefined) {
    const say = 'Another program has changed its tables, or this is a defect of home-temperature-monitor: see which';
    const remediation = { say, command: `sqlite3 ${shellQuoted(path)} .schema` };
    return new MonitorError(`${path}: ${message}`, { type: 'internal', permanent: true, remediation, cause });
  }
  const { sentence, remediation } = explain(meaning, path, system, message);
  return new MonitorError(sentence, { ...meaning, remediation, cause });
}

function explain({ type }: Meaning, path: string, system: string, message: string): Explanation {
  switch (type) {
    case 'database_locked':
      return {
        sentence: `${path} is locked: another program is writing to it (${message}).`,
        remediation: {
          say: 'See which program holds it, and end it or its transaction',
          command: `fuser -v ${shellQuoted(path)}`,
        },
      };
    case 'database_full':
      return {
        sentence: `${path} cannot grow: the disk is full (${message}).`,
        remediation: fileRemedy(system === 'EDQUOT' ? system : 'ENOSPC', dirname(path)),
      };
    case 'database_readonly':
      return explainReadonly(path, system, message);
    case 'database_corrupt':
      return {
        sentence: `${path} is damaged, or not a database of SQLite (${message}).`,
        remediation: recoveryOf(path),
      };
    case 'database_io':
      return {
        sentence: `The disk failed under ${path} (${IO_REASONS[system] ?? message}).`,
        remediation: fileRemedy(system === '' ? 'EIO' : system, path),
      };
  }
}

interface Explanation {
  sentence: string;
  remediation: Remedy;
}

const IO_REASONS: Partial<Record<string, string>> = {
  EFBIG: 'the file cannot become larger',
  ENODEV: 'its file system, FUSE, offers no shared memory, which WAL mode needs',
};

/**
 * Names the file that is in the way. A second user who merely reads can leave `-wal` and `-shm` files of their own;
 * these are never deleted here, because the `-wal` may hold readings.
 */
function explainReadonly(path: string, system: string, message: string): Explanation {
  const folder = dirname(path);
  for (const file of [`${path}-wal`, `${path}-shm`, path, folder]) {
    const obstacle = obstacleToWriting(file);
    if (obstacle === null) continue;
    const mine = process.geteuid?.() ?? 0;
    const owner = ownerOf(file);
    const ownerNote = owner === null || owner === mine ? '' : `, which belongs to user ${owner}`;
    return {
      sentence: `${path} cannot be written: ${file}${ownerNote}: ${describeFileError(obstacle)}.`,
      remediation: fileRemedy(errorCode(obstacle), file, folder),
    };
  }
  return {
    sentence: `${path} cannot be opened for writing (${message}).`,
    remediation: fileRemedy(system, path, folder),
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
  const obstacle = obstacleToWriting(path);
  return obstacle === null ? null : describeFileError(obstacle);
}

/** What the system says to it. */
export function obstacleToWriting(path: string): unknown {
  if (!existsSync(path)) return null;
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch (thrown) {
    return thrown;
  }
}

/** Reads a damaged database page by page into the one that the collectors use; it can be typed again. */
export function recoveryOf(path: string): Remedy {
  return { say: 'Store what can be read of it', command: `node bin/data.js merge ${shellQuoted(path)}` };
}
