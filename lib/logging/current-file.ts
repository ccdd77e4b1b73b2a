/** The file that has a program's name now: found again after any change of it, and written in whole lines. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { errorCode } from '../files/file-error';
import { openOwnFile } from '../files/own-file';
import { makeDirectory, ownOpenFileLike } from '../files/ownership';
import { dirname } from 'node:path';

/** What of node:fs the log is written with; a test puts failures here that no disk makes on demand. */
export type LogFileSystem = typeof nodeFileSystem;

export const nodeFileSystem = {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
};

/** A torn line is searched for in this many bytes before the end of the file. */
const TAIL_BYTES = 65_536;
const NEWLINE = 0x0a;

export class CurrentFile {
  readonly path: string;
  readonly #fs: LogFileSystem;
  #descriptor: number | undefined;
  #inode = 0;
  #device = 0;
  /** its length after our last write: any other length means that something else changed it */
  #size = 0;
  #tailUnknown = false;

  constructor(path: string, fs: LogFileSystem) {
    this.path = path;
    this.#fs = fs;
  }

  /** bytes */
  get size(): number {
    return this.#size;
  }

  /**
   * Opens the file that has the name now: it may have been rotated by another process, deleted, moved or cut.
   * @returns whether it had to be created
   * @throws NotOurFile, or the system's error; the file that was open before stays open
   */
  open(): boolean {
    const now = lstatSync(this.path, { throwIfNoEntry: false });
    if (now !== undefined && this.#descriptor !== undefined && now.ino === this.#inode && now.dev === this.#device) {
      if (now.size !== this.#size) this.#resized(now.size);
      return false;
    }
    const descriptor = this.#openOrCreate();
    this.#closeQuietly();
    this.#descriptor = descriptor;
    if (now === undefined) ownOpenFileLike(dirname(this.path), descriptor);
    const opened = this.#fs.fstatSync(descriptor);
    this.#inode = opened.ino;
    this.#device = opened.dev;
    this.#resized(opened.size);
    return now === undefined;
  }

  #openOrCreate(): number {
    const open = () =>
      openOwnFile(this.path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, {
        mode: 0o640,
        open: this.#fs.openSync,
      });
    try {
      return open();
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT') throw thrown;
      makeDirectory(dirname(this.path));
      return open();
    }
  }

  #resized(size: number): void {
    this.#size = size;
    this.#tailUnknown = size > 0;
  }

  /**
   * Cuts off half a line at the end: of a process that was killed inside write(2), whose call never returned, or after
   * a `truncate` by hand. Only under the lock: else it may be a line that is being written.
   */
  repairTail(): void {
    if (!this.#tailUnknown) return;
    this.#tailUnknown = false;
    if (this.#readTail(1)[0] === NEWLINE) return;
    const tail = this.#readTail(Math.min(TAIL_BYTES, this.#size));
    const end = tail.lastIndexOf(NEWLINE);
    if (end < 0 && tail.length < this.#size) {
      this.write(Buffer.from('\n')); // no line of ours is that long: it stays, on its own line
    } else {
      this.truncate(this.#size - tail.length + end + 1);
    }
  }

  #readTail(bytes: number): Buffer {
    const tail = Buffer.alloc(bytes);
    this.#fs.readSync(this.#open, tail, 0, bytes, this.#size - bytes);
    return tail;
  }

  /**
   * All of it or nothing: a disk that fills up in the middle of a line leaves no torn one.
   * @throws the system's error
   */
  write(bytes: Buffer): void {
    let written = 0;
    try {
      while (written < bytes.length) written += this.#fs.writeSync(this.#open, bytes, written);
    } catch (thrown) {
      // Without the lock somebody may have written behind it: then the torn part stays, so that their line is not lost.
      const isLast = written > 0 && this.#fs.fstatSync(this.#open).size === this.#size + written;
      if (isLast) this.#fs.ftruncateSync(this.#open, this.#size);
      throw thrown;
    }
    this.#size += bytes.length;
  }

  truncate(size: number): void {
    this.#fs.ftruncateSync(this.#open, size);
    this.#size = size;
  }

  /** @throws the system's error: some file systems report only now that a line did not reach the disk */
  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) this.#fs.closeSync(descriptor);
  }

  /** Closes the old file: what could not be written there must not keep the next line from its own file. */
  #closeQuietly(): void {
    try {
      this.close();
    } catch {
      // Linux closes it, also when it reports an error.
    }
  }

  get #open(): number {
    if (this.#descriptor === undefined) throw new Error(`${this.path} is not open`);
    return this.#descriptor;
  }
}
