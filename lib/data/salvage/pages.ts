/** The pages of a database file, whatever is damaged, and the newer ones in its write-ahead log. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { databaseFileError } from '../../store/database-error';

export interface Pages {
  pageBytes: number;
  /** bytes at the end of each page that SQLite does not use */
  reserved: number;
  count: number;
  /** the page as it was last written, from 1; null past the end */
  page(number: number): Buffer | null;
  /** the page in the file, if a newer one is in the log */
  olderPage(number: number): Buffer | null;
  close(): void;
}

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const USUAL_PAGE_BYTES = 4096;

/** @throws MonitorError `database_io`, `database_readonly` if the disk does not give the files */
export function openPages(path: string, walPath: string | null): Pages {
  const file = openFile(path);
  const wal = walPath === null ? null : openFile(walPath);
  const header = file.read(0, 100);
  const isHeader = header.length === 100 && header.toString('latin1', 0, 15) === 'SQLite format 3';
  const pageBytes = pageBytesOf(isHeader ? header.readUInt16BE(16) : 0);
  const frames = wal === null ? new Map<number, number>() : committedFrames(wal, pageBytes);
  const inFile = Math.floor(file.bytes / pageBytes);
  const fromFile = (number: number) => (number > inFile ? null : file.read((number - 1) * pageBytes, pageBytes));
  return {
    pageBytes,
    reserved: isHeader ? (header[20] ?? 0) : 0,
    count: [...frames.keys()].reduce(
      (most, number) => Math.max(most, number),
      Math.max(inFile, isHeader ? pagesIn(header) : 0),
    ),
    page: (number) => {
      const frame = frames.get(number);
      return frame === undefined || wal === null ? fromFile(number) : wal.read(frame, pageBytes);
    },
    olderPage: (number) => (frames.has(number) ? fromFile(number) : null),
    close: () => {
      file.close();
      wal?.close();
    },
  };
}

/** What the header says, so that the pages of a file that was cut off count as lost; 0 if it does not know. */
function pagesIn(header: Buffer): number {
  return header.readUInt32BE(24) === header.readUInt32BE(92) ? header.readUInt32BE(28) : 0;
}

/** 1 stands for 65,536. */
function pageBytesOf(written: number): number {
  const bytes = written === 1 ? 65_536 : written;
  return bytes >= 512 && (bytes & (bytes - 1)) === 0 ? bytes : USUAL_PAGE_BYTES;
}

interface OpenFile {
  bytes: number;
  read(at: number, length: number): Buffer;
  close(): void;
}

function openFile(path: string): OpenFile {
  try {
    const descriptor = openSync(path, 'r');
    return {
      bytes: fstatSync(descriptor).size,
      read: (at, length) => {
        const bytes = Buffer.alloc(length);
        try {
          return bytes.subarray(0, readSync(descriptor, bytes, 0, length, at));
        } catch {
          return bytes.fill(0); // a sector that the disk does not give: this page is lost, not the others
        }
      },
      close: () => closeSync(descriptor),
    };
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
}

/**
 * Where the newest committed version of each page is in the log: only frames up to the last commit whose sums are right,
 * as SQLite reads it itself ("WAL Format" of the file format).
 */
function committedFrames(wal: OpenFile, pageBytes: number): Map<number, number> {
  const committed = new Map<number, number>();
  const header = wal.read(0, WAL_HEADER_BYTES);
  if (header.length < WAL_HEADER_BYTES || header.readUInt32BE(0) >>> 1 !== 0x377f0682 >>> 1) return committed;
  const bigEndian = (header.readUInt32BE(0) & 1) === 1;
  let sums = checksum(header.subarray(0, 24), bigEndian, [0, 0]);
  if (header.readUInt32BE(8) !== pageBytes || !areSums(sums, header, 24)) return committed;
  const uncommitted = new Map<number, number>();
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  for (let at = WAL_HEADER_BYTES; at + frameBytes <= wal.bytes; at += frameBytes) {
    const frame = wal.read(at, frameBytes);
    if (frame.length < frameBytes || frame.compare(header, 16, 24, 8, 16) !== 0) break; // of an earlier round
    sums = checksum(frame.subarray(0, 8), bigEndian, sums);
    sums = checksum(frame.subarray(FRAME_HEADER_BYTES), bigEndian, sums);
    if (!areSums(sums, frame, 16)) break;
    uncommitted.set(frame.readUInt32BE(0), at + FRAME_HEADER_BYTES);
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [number, where] of uncommitted) committed.set(number, where);
    uncommitted.clear();
  }
  return committed;
}

type Sums = readonly [number, number];

function checksum(bytes: Buffer, bigEndian: boolean, [start1, start2]: Sums): Sums {
  let first = start1;
  let second = start2;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    first = (first + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
    second = (second + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
  }
  return [first, second];
}

function areSums([first, second]: Sums, bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}
