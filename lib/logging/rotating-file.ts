/**
 * The log of one program: appends whole lines and rotates before the line that would exceed the limit. Everything is
 * synchronous and under the directory's lock, so that when `append` returns, the kernel has the line, and two processes
 * never decide at the same time.
 */
import { CurrentFile, nodeFileSystem, type LogFileSystem } from './current-file';
import { DirectoryLock } from './directory-lock';
import { DiskCap, removeFile } from './disk-cap';
import { backupFile, backupsOf, currentFile, highestNumber, listLogFiles } from './log-files';
import type { NotOurFile } from '../files/own-file';
import type { Program } from './programs';

export interface RotatingFileOptions {
  /** absolute */
  directory: string;
  program: Program;
  maxFileBytes: number;
  maxBackups: number;
  maxTotalBytes: number;
  minFreeBytes: number;
  fs?: LogFileSystem | undefined;
}

/** What happened to the files while a line was written, for the log. */
export type LogFileEvent =
  | { kind: 'new'; file: string }
  | { kind: 'rotate'; from: string; to: string | null; bytes: number }
  | { kind: 'removed'; file: string }
  | { kind: 'low_space'; freeBytes: number }
  | { kind: 'lock_in_the_way'; error: NotOurFile }
  | { kind: 'rotation_failed'; error: unknown }
  | { kind: 'dropped' };

export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #fs: LogFileSystem;
  readonly #lock: DirectoryLock;
  readonly #cap: DiskCap;
  readonly #file: CurrentFile;
  /** Rotation failed or found too little space: not tried again at every line. */
  #rotationPaused = false;
  /** A process counts the directory at its first line: the limits may have been lowered since the last run. */
  #counted = false;

  constructor(options: RotatingFileOptions) {
    const { directory, program, maxTotalBytes, maxBackups, fs = nodeFileSystem } = options;
    this.#options = options;
    this.#fs = fs;
    this.#lock = new DirectoryLock(directory);
    this.#cap = new DiskCap(directory, maxTotalBytes, maxBackups, fs);
    this.#file = new CurrentFile(currentFile(directory, program), fs);
  }

  /**
   * @param line with its newline
   * @param important a warning or worse: may use the space kept for these at the total cap
   * @throws the reason why the line cannot be written; the file is then as before
   */
  append(line: string, important: boolean): LogFileEvent[] {
    const bytes = Buffer.from(line);
    return this.#underLock((events, refusal) => {
      this.#open(events);
      if (refusal === undefined) this.#file.repairTail();
      const { size } = this.#file;
      if (size > 0 && size + bytes.length > this.#options.maxFileBytes && !this.#rotationPaused) {
        this.#tryRotation(events, refusal);
      }
      if (this.#makeRoom(bytes.length, important, events)) this.#file.write(bytes);
      else if (important) throw new Error('all log files together have reached max_total_mb');
      else events.push({ kind: 'dropped' });
    });
  }

  /**
   * Tries once more the rotation that failed.
   * @throws the system's error if it fails again
   */
  rotateNow(): LogFileEvent[] {
    return this.#underLock((events, refusal) => {
      if (refusal !== undefined) throw new Error(refusal);
      this.#open(events);
      // Another process may have succeeded meanwhile.
      if (this.#file.size > this.#options.maxFileBytes) this.#rotate(events);
      this.#rotationPaused = false;
    });
  }

  /** @throws the system's error if the file cannot be closed; everything is released nevertheless */
  close(): void {
    try {
      this.#file.close();
    } finally {
      this.#lock.close();
    }
  }

  /** Without the lock (`refusal` says why) a line can be appended, but nothing may be renamed or cut. */
  #underLock(work: (events: LogFileEvent[], refusal: string | undefined) => void): LogFileEvent[] {
    const events: LogFileEvent[] = [];
    const refusal = this.#lock.acquire();
    if (this.#lock.inTheWay !== null) events.push({ kind: 'lock_in_the_way', error: this.#lock.inTheWay });
    try {
      work(events, refusal);
    } finally {
      if (refusal === undefined) this.#lock.release();
    }
    return events;
  }

  #open(events: LogFileEvent[]): void {
    if (this.#file.open()) events.push({ kind: 'new', file: this.#file.path });
  }

  #tryRotation(events: LogFileEvent[], refusal: string | undefined): void {
    try {
      if (refusal !== undefined) throw new Error(refusal);
      const { bavail, bsize } = this.#fs.statfsSync(this.#options.directory);
      if (bavail * bsize >= this.#options.minFreeBytes) {
        this.#rotate(events);
        return;
      }
      events.push({ kind: 'low_space', freeBytes: bavail * bsize });
    } catch (error) {
      events.push({ kind: 'rotation_failed', error });
    }
    this.#rotationPaused = true;
  }

  /** One rename, so that no crash can leave it half done; backups that are too old are removed before it. */
  #rotate(events: LogFileEvent[]): void {
    const { directory, program, maxBackups } = this.#options;
    const number = highestNumber(directory, program) + 1;
    const backups = backupsOf(listLogFiles(directory), program);
    for (const { path } of backups.slice(0, Math.max(0, backups.length + 1 - maxBackups))) {
      if (!removeFile(path, this.#fs)) throw new Error(`the oldest backup ${path} cannot be removed`);
      events.push({ kind: 'removed', file: path });
    }
    const from = this.#file.path;
    const bytes = this.#file.size;
    if (maxBackups === 0) {
      this.#file.truncate(0);
      events.push({ kind: 'rotate', from, to: null, bytes });
      return;
    }
    const to = backupFile(directory, program, number);
    this.#fs.renameSync(from, to);
    try {
      this.#open(events);
    } catch (thrown) {
      this.#fs.renameSync(to, from);
      throw thrown;
    }
    events.push({ kind: 'rotate', from, to, bytes });
  }

  #makeRoom(bytes: number, important: boolean, events: LogFileEvent[]): boolean {
    const { size } = this.#file;
    if (this.#counted && this.#cap.isWithinGrant(size, bytes)) return true;
    this.#counted = true;
    const { granted, removed } = this.#cap.makeRoom(size, bytes, important);
    for (const file of removed) events.push({ kind: 'removed', file });
    return granted;
  }
}
