/** What can be told of readings.db without opening it as a database. */
import { chmodSync, closeSync, constants, openSync, readSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { databaseError, databaseFileError } from './database-error';
import { SCHEMA_VERSION } from './schema';

const HEADER_BYTES = 100;
const SIDE_FILES = ['-wal', '-shm', '-journal'];

export function databasePath(dataDirectory: string): string {
  return join(dataDirectory, 'readings.db');
}

/** The side files' names, whether they exist or not. */
export function sideFiles(path: string): string[] {
  return SIDE_FILES.map((suffix) => path + suffix);
}

/**
 * Which file lies at a path: changes when it is moved away and another one takes its place; null where there is none.
 * @throws MonitorError `database_io`, `database_readonly` where the disk does not say
 */
export function identity(path: string): string | null {
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    return file === undefined ? null : `${file.dev}:${file.ino}`;
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
}

/**
 * Looks at the 100 bytes of the header: cheap enough to be done before any device is asked. Never call it while this
 * process has the database open: closing a file drops all locks that the process holds on it.
 * @returns false where there is no file yet
 * @throws MonitorError `database_corrupt` where it is empty or not of SQLite, `future_schema`, `database_readonly`
 */
export function checkHeader(path: string): boolean {
  const header = readHeader(path);
  if (header === null) return false;
  if (header.length === 0) throw damaged(path, 'it is empty');
  if (header.length < HEADER_BYTES) throw damaged(path, 'it is shorter than a header');
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw damaged(path, 'its header is not of SQLite');
  refuseFutureSchema(path, header.readUInt32BE(60));
  return true;
}

function readHeader(path: string): Buffer | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe of that name would block for ever
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    throw databaseFileError(path, thrown);
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, header.length, 0));
  } catch (thrown) {
    if (errorCode(thrown) === 'EISDIR') throw isDirectory(path);
    throw databaseFileError(path, thrown);
  } finally {
    closeQuietly(file);
  }
}

/** Of a file that was only read, closing it can lose nothing. */
function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // The kernel has let go of it all the same.
  }
}

export function isDirectory(path: string): MonitorError {
  return new MonitorError(`${path} is a directory, where the database should be.`, {
    type: 'database_readonly',
    permanent: true,
    remediation: `Move it away: mv '${path}' '${path}.directory'`,
  });
}

function damaged(path: string, what: string): MonitorError {
  return databaseError(path, { code: 'SQLITE_NOTADB', message: what });
}

/** @throws MonitorError `future_schema` */
export function refuseFutureSchema(path: string, version: number, known = SCHEMA_VERSION): void {
  if (version <= known) return;
  throw new MonitorError(
    `${path} has schema version ${version}, this program knows versions up to ${known}: nothing was touched.`,
    {
      type: 'future_schema',
      permanent: true,
      remediation: `Install the newer home-temperature-monitor that wrote it, or restore the backup of the older version: ls -l '${path}'.version-*`,
    },
  );
}

/**
 * Gives the database and its side files the configured mode; files of another owner stay as they are.
 * @throws MonitorError `database_io`, `database_readonly` where the disk refuses
 */
export function applyFileMode(path: string, mode: number): void {
  for (const file of [path, ...sideFiles(path)]) {
    try {
      const found = statSync(file, { throwIfNoEntry: false });
      if (found !== undefined && (found.mode & 0o777) !== mode) chmodSync(file, mode);
    } catch (thrown) {
      // ENOENT: another process has just closed the database.
      if (!['EPERM', 'EROFS', 'ENOENT'].includes(errorCode(thrown))) throw databaseFileError(file, thrown);
    }
  }
}

/** statfs(2) types of file systems on which WAL's shared memory does not work between machines. */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
]);

/**
 * @throws MonitorError `configuration` where the directory lies on a network file system, `database_io`,
 * `database_readonly` where the disk does not say
 */
export function refuseNetworkFileSystem(
  directory: string,
  statfs: (path: string) => { type: number } = statfsSync,
): void {
  const name = NETWORK_FILE_SYSTEMS.get(typeOf(directory, statfs) >>> 0);
  if (name === undefined) return;
  throw new MonitorError(`${directory} is on a network file system (${name}), where SQLite's WAL mode is not safe.`, {
    type: 'configuration',
    permanent: true,
    remediation: 'Set storage.data_directory in config.yaml to a directory on a disk of this machine.',
  });
}

function typeOf(directory: string, statfs: (path: string) => { type: number }): number {
  try {
    return statfs(directory).type;
  } catch (thrown) {
    throw databaseFileError(directory, thrown);
  }
}
