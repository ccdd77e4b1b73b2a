/**
 * A write-ahead log that does not belong to the database it lies beside: SQLite plays it in without a question, for
 * nothing in either file names the other. It happens where a backup is copied over readings.db while the WAL of a
 * killed process lies there, or where a WAL is put back beside a newer file.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { errorCode } from '../files/file-error';
import { Database } from './database';
import { databaseError, databaseFileError } from './database-error';

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC_NUMBERS = [0x377f0682, 0x377f0683];

/**
 * Call it before this process has the database open, as `checkHeader`. Costs one look at the WAL where there is none.
 * @throws MonitorError `database_corrupt`
 */
export async function refuseStaleWal(path: string): Promise<void> {
  if (!hasFrames(path)) return;
  // Another program's database, or one that cannot be read, is for others to judge.
  const isOurs = isOverwritten(path) && (await newestCycle(path, 'immutable')) !== null;
  if (isOurs || (await isOlderThanDatabase(path))) {
    const message = 'the write-ahead log beside it is of another state of the database';
    throw databaseError(path, { code: 'SQLITE_CORRUPT', message });
  }
}

function hasFrames(path: string): boolean {
  try {
    return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > WAL_HEADER_BYTES + FRAME_HEADER_BYTES;
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
}

function isOverwritten(path: string): boolean {
  try {
    const wal = statSync(`${path}-wal`);
    if (statSync(path).mtimeMs <= wal.mtimeMs || hasPageOfWal(path, wal.size)) return false;
    // One that grows or begins anew meanwhile belongs to a process at work: what was compared is past already.
    const now = statSync(`${path}-wal`);
    return now.mtimeMs === wal.mtimeMs && now.size === wal.size;
  } catch (thrown) {
    // Another process has just folded it in and removed it.
    if (errorCode(thrown) === 'ENOENT') return false;
    throw databaseFileError(path, thrown);
  }
}

/**
 * A database that was written after its WAL was written by a checkpoint: at least one page of it is as it is in the WAL.
 * From the end, because there the first look usually finds it.
 */
function hasPageOfWal(path: string, walBytes: number): boolean {
  const wal = openSync(`${path}-wal`, 'r');
  const database = openSync(path, 'r');
  try {
    const header = read(wal, 0, WAL_HEADER_BYTES);
    const pageBytes = header.readUInt32BE(8);
    if (!MAGIC_NUMBERS.includes(header.readUInt32BE(0)) || pageBytes > 65_536) return true; // SQLite takes no notice of it
    const salts = header.subarray(16, 24);
    const frameBytes = FRAME_HEADER_BYTES + pageBytes;
    let ofThisRound = 0;
    for (let frame = Math.floor((walBytes - WAL_HEADER_BYTES) / frameBytes) - 1; frame >= 0; frame--) {
      const { page, content, salted } = readFrame(wal, WAL_HEADER_BYTES + frame * frameBytes, pageBytes);
      // What is left of an earlier round of the WAL has other salts, and is not played in.
      if (!salted.equals(salts)) continue;
      ofThisRound++;
      if (content.equals(read(database, (page - 1) * pageBytes, pageBytes))) return true;
    }
    return ofThisRound === 0;
  } finally {
    closeSync(wal);
    closeSync(database);
  }
}

function readFrame(wal: number, offset: number, pageBytes: number): { page: number; content: Buffer; salted: Buffer } {
  const frame = read(wal, offset, FRAME_HEADER_BYTES + pageBytes);
  return {
    page: frame.readUInt32BE(0),
    salted: frame.subarray(8, 16),
    content: frame.subarray(FRAME_HEADER_BYTES),
  };
}

function read(file: number, offset: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  readSync(file, buffer, 0, bytes, offset);
  return buffer;
}

/** Cycles only become more: with its own WAL a database never has fewer than without. */
async function isOlderThanDatabase(path: string): Promise<boolean> {
  const without = await newestCycle(path, 'immutable');
  // For reading only: who may write plays the WAL into the database when it is closed.
  const withWal = await newestCycle(path, 'read-only');
  if (without === null || withWal === null || withWal >= without) return false;
  try {
    return !isLaterChange(path);
  } catch (thrown) {
    // Another process has just folded it in and removed it.
    if (errorCode(thrown) === 'ENOENT') return false;
    throw databaseFileError(path, thrown);
  }
}

/** Somebody deleted cycles, or restored a backup by SQLite's own means: page 1 counts its changes, and the WAL's is later. */
function isLaterChange(path: string): boolean {
  const wal = openSync(`${path}-wal`, 'r');
  const database = openSync(path, 'r');
  try {
    const header = read(wal, 0, WAL_HEADER_BYTES);
    const pageBytes = header.readUInt32BE(8);
    const frameBytes = FRAME_HEADER_BYTES + pageBytes;
    const size = statSync(`${path}-wal`).size;
    for (let frame = Math.floor((size - WAL_HEADER_BYTES) / frameBytes) - 1; frame >= 0; frame--) {
      const { page, content, salted } = readFrame(wal, WAL_HEADER_BYTES + frame * frameBytes, pageBytes);
      if (page === 1 && salted.equals(header.subarray(16, 24)))
        return content.readUInt32BE(24) > read(database, 24, 4).readUInt32BE(0);
    }
    return false;
  } finally {
    closeSync(wal);
    closeSync(database);
  }
}

/** @returns null where that cannot be told, in the middle of a checkpoint, say */
async function newestCycle(path: string, mode: 'immutable' | 'read-only'): Promise<number | null> {
  try {
    const database = await Database.open(path, mode);
    try {
      database.setBusyTimeout(100);
      return (await database.get<{ id: number | null }>('SELECT max(id) AS id FROM cycle'))?.id ?? 0;
    } finally {
      await database.close();
    }
  } catch {
    return null;
  }
}
