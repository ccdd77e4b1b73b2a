/**
 * The current log file of one program: appends whole lines and rotates before the line that would exceed the limit.
 * Everything is synchronous and done under the directory's lock, so that when `append` returns, the line is with the
 * kernel, and no two processes decide at once.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { errorCode } from '../files/file-error';
import { makeDirectory, ownLike } from '../files/ownership';
import { DirectoryLock } from './directory-lock';
import { DiskCap, removeFile } from './disk-cap';
import { backupFile, backupsOf, currentFile, listLogFiles } from './log-files';
import type { Program } from './programs';

export interface RotatingFileOptions {
  /** absolute */
  directory: string;
  program: Program;
  maxFileBytes: number;
  maxBackups: number;
  maxTotalBytes: number;
  minFreeBytes: number;
}

/** What happened while a line was written, for whoever wants to tell of it afterwards. */
export type Happening =
  | { kind: 'new'; file: string }
  | { kind: 'rotate'; from: string; to: string | null; bytes: number }
  | { kind: 'removed'; file: string }
  | { kind: 'low_space'; freeBytes: number }
  | { kind: 'rotation_failed'; error: unknown }
  | { kind: 'dropped' };

/** A torn line is looked for in this many bytes before the end of the file. */
const TAIL_BYTES = 65_536;
const NEWLINE = 0x0a;

export class RotatingFile {
  readonly path: string;
  readonly #options: RotatingFileOptions;
  readonly #lock: DirectoryLock;
  readonly #cap: DiskCap;
  #file: number | undefined;
  /** of the open file */
  #inode = 0;
  #device = 0;
  /** its length after our last write: any other length means that somebody else was there */
  #size = -1;
  #tailUnknown = false;
  /** Rotation failed or found too little space: not tried again at every line. */
  #rotationPaused = false;
  /** A process counts the directory at its first line: the limits may have been lowered since the last run. */
  #counted = false;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.path = currentFile(options.directory, options.program);
    this.#lock = new DirectoryLock(options.directory);
    this.#cap = new DiskCap(options.directory, options.maxTotalBytes, options.maxBackups);
  }

  /**
   * @param line with its newline
   * @param important a warning or worse: may use the space kept for these at the total cap
   * @throws the reason why the line cannot be written; the file is then as before
   */
  append(line: string, important: boolean): Happening[] {
    const bytes = Buffer.from(line);
    return this.#locked((happened, refusal) => {
      this.#open(happened);
      if (refusal === undefined) this.#mendTail();
      if (this.#size > 0 && this.#size + bytes.length > this.#options.maxFileBytes && !this.#rotationPaused) {
        this.#tryRotation(happened, refusal);
      }
      if (this.#makeRoom(bytes.length, important, happened)) this.#write(bytes);
      else if (important) throw new Error('all log files together have reached max_total_mb');
      else happened.push({ kind: 'dropped' });
    });
  }

  /**
   * Tries once more the rotation that failed.
   * @throws the system's error where it fails again
   */
  rotateNow(): Happening[] {
    return this.#locked((happened, refusal) => {
      if (refusal !== undefined) throw new Error(refusal);
      this.#open(happened);
      // Another process may have succeeded meanwhile.
      if (this.#size > this.#options.maxFileBytes) this.#rotate(happened);
      this.#rotationPaused = false;
    });
  }

  close(): void {
    this.#closeFile();
    this.#lock.close();
  }

  /** Without the lock (`refusal` says why) a line can be appended, but nothing may be renamed or cut. */
  #locked(work: (happened: Happening[], refusal: string | undefined) => void): Happening[] {
    const happened: Happening[] = [];
    const refusal = this.#lock.acquire();
    try {
      work(happened, refusal);
    } finally {
      if (refusal === undefined) this.#lock.release();
    }
    return happened;
  }

  /** Opens the file that now bears the name: it may have been rotated by another process, deleted, moved or cut. */
  #open(happened: Happening[]): void {
    const now = statSync(this.path, { throwIfNoEntry: false });
    if (now !== undefined && this.#file !== undefined && now.ino === this.#inode && now.dev === this.#device) {
      if (now.size !== this.#size) this.#tailIsUnknown(now.size);
      return;
    }
    const file = this.#openOrCreate();
    this.#closeFile();
    this.#file = file;
    if (now === undefined) {
      ownLike(this.#options.directory, this.path);
      happened.push({ kind: 'new', file: this.path });
    }
    const opened = fstatSync(file);
    this.#inode = opened.ino;
    this.#device = opened.dev;
    this.#tailIsUnknown(opened.size);
  }

  #openOrCreate(): number {
    try {
      return openSync(this.path, 'a+');
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT') throw thrown;
      makeDirectory(this.#options.directory);
      return openSync(this.path, 'a+');
    }
  }

  #tailIsUnknown(size: number): void {
    this.#size = size;
    this.#tailUnknown = size > 0;
  }

  /** A process that was killed inside write(2), or a hand with `truncate`, may have left half a line at the end. */
  #mendTail(): void {
    if (!this.#tailUnknown || this.#file === undefined) return;
    this.#tailUnknown = false;
    const last = Buffer.alloc(1);
    readSync(this.#file, last, 0, 1, this.#size - 1);
    if (last[0] === NEWLINE) return;
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, this.#size));
    readSync(this.#file, tail, 0, tail.length, this.#size - tail.length);
    const end = tail.lastIndexOf(NEWLINE);
    if (end < 0 && tail.length < this.#size) {
      this.#write(Buffer.from('\n')); // not a line of ours: leave it, on a line of its own
    } else {
      this.#size -= tail.length - 1 - end;
      ftruncateSync(this.#file, this.#size);
    }
  }

  #tryRotation(happened: Happening[], refusal: string | undefined): void {
    try {
      if (refusal !== undefined) throw new Error(refusal);
      const { bavail, bsize } = statfsSync(this.#options.directory);
      if (bavail * bsize >= this.#options.minFreeBytes) {
        this.#rotate(happened);
        return;
      }
      happened.push({ kind: 'low_space', freeBytes: bavail * bsize });
    } catch (error) {
      happened.push({ kind: 'rotation_failed', error });
    }
    this.#rotationPaused = true;
  }

  /** One rename, so that no crash can leave it half done; what is too old goes before it. */
  #rotate(happened: Happening[]): void {
    const { directory, program, maxBackups } = this.#options;
    const backups = backupsOf(listLogFiles(directory), program);
    for (const { path } of backups.slice(0, Math.max(0, backups.length + 1 - maxBackups))) {
      if (!removeFile(path)) throw new Error(`the oldest backup ${path} cannot be removed`);
      happened.push({ kind: 'removed', file: path });
    }
    const rotated: Happening = { kind: 'rotate', from: this.path, to: null, bytes: this.#size };
    if (maxBackups === 0) {
      ftruncateSync(this.#file as number, 0);
      this.#size = 0;
    } else {
      rotated.to = backupFile(directory, program, (backups.at(-1)?.number ?? 0) + 1);
      renameSync(this.path, rotated.to);
      try {
        this.#open(happened);
      } catch (thrown) {
        renameSync(rotated.to, this.path);
        throw thrown;
      }
    }
    happened.push(rotated);
  }

  #makeRoom(bytes: number, important: boolean, happened: Happening[]): boolean {
    if (this.#counted && this.#cap.isWithinGrant(this.#size, bytes)) return true;
    this.#counted = true;
    const { granted, removed } = this.#cap.makeRoom(this.#size, bytes, important);
    for (const file of removed) happened.push({ kind: 'removed', file });
    return granted;
  }

  /** All of it or nothing: a disk that fills up in the middle of a line leaves no torn one. */
  #write(bytes: Buffer): void {
    const file = this.#file as number;
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
    } catch (thrown) {
      // Without the lock somebody may have written behind it: then the torn part stays rather than their line goes.
      if (written > 0 && fstatSync(file).size === this.#size + written) ftruncateSync(file, this.#size);
      throw thrown;
    }
    this.#size += bytes.length;
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
