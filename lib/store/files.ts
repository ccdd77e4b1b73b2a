/** What can be known of readings.db without opening it as a database. */
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  statfsSync,
  statSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { oddKindOf } from '../files/own-file';
import { shellQuoted } from '../wording';
import { databaseError, databaseFileError } from './database-error';
import { SCHEMA_VERSION } from './schema';

const HEADER_BYTES = 100;
const SIDE_FILES = ['-wal', '-shm', '-journal'];

/** When all of a large database was last checked; health keeps it. */
export const INTEGRITY_FILE = 'health-integrity.json';

export function databasePath(dataDirectory: string): string {
  return join(dataDirectory, 'readings.db');
}

/** The side files' names, whether they exist or not. */
export function sideFiles(path: string): string[] {
  return SIDE_FILES.map((suffix) => path + suffix);
}

/**
 * Which file lies at a path: changes when it is moved away and another one takes its place; null if there is none.
 * @throws MonitorError `database_io`, `database_readonly` if the disk does not say
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
 * SQLite follows a link to another database, and waits for ever for what comes out of a pipe: before it opens anything,
 * the kind of the database and of its side files is checked by their names.
 * @throws MonitorError `database_readonly` if one of them is not a file, `database_io` if the disk does not say
 */
export function refuseOddFiles(path: string): void {
  for (const file of [path, ...sideFiles(path)]) {
    let found: Stats | undefined;
    try {
      found = lstatSync(file, { throwIfNoEntry: false });
    } catch (thrown) {
      throw databaseFileError(file, thrown);
    }
    if (found !== undefined && !found.isFile())
      throw oddFile(file, found, file === path ? 'the database' : 'a part of the database');
  }
}

function oddFile(file: string, found: Stats, expected: string): MonitorError {
  const isLink = found.isSymbolicLink();
  const leadsTo = isLink ? ` to ${readlinkSync(file)}` : '';
  const elsewhere =
    'If it leads to your database, name the folder of that as storage.data_directory in config.yaml; else';
  return new MonitorError(`${file} ${oddKindOf(found)}${leadsTo}, where ${expected} should be: it is not opened.`, {
    type: 'database_readonly',
    permanent: true,
    remediation: found.isDirectory()
      ? { say: 'Move it away', command: `mv ${shellQuoted(file)} ${shellQuoted(`${file}.other`)}` }
      : { say: isLink ? `${elsewhere} remove it` : 'Remove it', command: `rm ${shellQuoted(file)}` },
  });
}

/**
 * Reads the 100 bytes of the header: cheap enough to be done before any device is asked. Never call it while this
 * process has the database open: closing a file drops all locks that the process holds on it.
 * @returns false if there is no file yet
 * @throws MonitorError `database_corrupt` if it is empty or not of SQLite, `future_schema`, `database_readonly`
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
  refuseOddFiles(path);
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    throw databaseFileError(path, thrown);
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(file, header, 0, header.length, 0));
  } catch (thrown) {
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
    // The kernel has closed it nevertheless.
  }
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
      remediation: {
        say: 'Install the newer home-temperature-monitor that wrote it, or restore the backup of the older version',
        command: `node bin/data.js restore ${shellQuoted(path)}.version-*`,
      },
    },
  );
}

/**
 * Gives the database and its side files the configured mode; files of another owner stay as they are.
 * @throws MonitorError `database_io`, `database_readonly` if the disk refuses
 */
export function applyFileMode(path: string, mode: number): void {
  for (const file of [path, ...sideFiles(path)]) {
    try {
      const found = lstatSync(file, { throwIfNoEntry: false });
      if (found?.isFile() === true && (found.mode & 0o777) !== mode) changeMode(file, mode);
    } catch (thrown) {
      // ENOENT: another process has just closed the database.
      if (!['EPERM', 'EROFS', 'ENOENT'].includes(errorCode(thrown))) throw databaseFileError(file, thrown);
    }
  }
}

/**
 * open(2) for a name alone, which Node does not list: nothing is opened, so closing it drops no lock of the database.
 */
const O_PATH = 0o10000000;

/** chmod(2) follows a link; this changes the file that was checked, or fails. */
function changeMode(file: string, mode: number): void {
  const descriptor = openSync(file, O_PATH | constants.O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${descriptor}`, mode); // of a link: ENOTSUP
  } finally {
    closeSync(descriptor);
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
 * @throws MonitorError `configuration` if the directory lies on a network file system, `database_io`,
 * `database_readonly` if the disk does not say
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
