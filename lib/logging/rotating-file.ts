/**
 * The log of one program: appends whole lines and rotates before the line that would exceed the limit. Everything is
 * synchronous and under the directory's lock, so that when `append` returns, the line is with the kernel, and no two
 * processes decide at once.
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

/** What happened while a line was written, for whoever wants to tell of it afterwards. */
export type Happening =
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
  append(line: string, important: boolean): Happening[] {
    const bytes = Buffer.from(line);
    return this.#underLock((happened, refusal) => {
      this.#open(happened);
      if (refusal === undefined) this.#file.mendTail();
      const { size } = this.#file;
      if (size > 0 && size + bytes.length > this.#options.maxFileBytes && !this.#rotationPaused) {
        this.#tryRotation(happened, refusal);
      }
      if (this.#makeRoom(bytes.length, important, happened)) this.#file.write(bytes);
      else if (important) throw new Error('all log files together have reached max_total_mb');
      else happened.push({ kind: 'dropped' });
    });
  }

  /**
   * Tries once more the rotation that failed.
   * @throws the system's error where it fails again
   */
  rotateNow(): Happening[] {
    return this.#underLock((happened, refusal) => {
      if (refusal !== undefined) throw new Error(refusal);
      this.#open(happened);
      // Another process may have succeeded meanwhile.
      if (this.#file.size > this.#options.maxFileBytes) this.#rotate(happened);
      this.#rotationPaused = false;
    });
  }

  /** @throws the system's error where the file cannot be closed; all is let go of nevertheless */
  close(): void {
    try {
      this.#file.close();
    } finally {
      this.#lock.close();
    }
  }

  /** Without the lock (`refusal` says why) a line can be appended, but nothing may be renamed or cut. */
  #underLock(work: (happened: Happening[], refusal: string | undefined) => void): Happening[] {
    const happened: Happening[] = [];
    const refusal = this.#lock.acquire();
    if (this.#lock.inTheWay !== null) happened.push({ kind: 'lock_in_the_way', error: this.#lock.inTheWay });
    try {
      work(happened, refusal);
    } finally {
      if (refusal === undefined) this.#lock.release();
    }
    return happened;
  }

  #open(happened: Happening[]): void {
    if (this.#file.open()) happened.push({ kind: 'new', file: this.#file.path });
  }

  #tryRotation(happened: Happening[], refusal: string | undefined): void {
    try {
      if (refusal !== undefined) throw new Error(refusal);
      const { bavail, bsize } = this.#fs.statfsSync(this.#options.directory);
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
    const number = highestNumber(directory, program) + 1;
    const backups = backupsOf(listLogFiles(directory), program);
    for (const { path } of backups.slice(0, Math.max(0, backups.length + 1 - maxBackups))) {
      if (!removeFile(path, this.#fs)) throw new Error(`the oldest backup ${path} cannot be removed`);
      happened.push({ kind: 'removed', file: path });
    }
    const from = this.#file.path;
    const bytes = this.#file.size;
    if (maxBackups === 0) {
      this.#file.truncate(0);
      happened.push({ kind: 'rotate', from, to: null, bytes });
      return;
    }
    const to = backupFile(directory, program, number);
    this.#fs.renameSync(from, to);
    try {
      this.#open(happened);
    } catch (thrown) {
      this.#fs.renameSync(to, from);
      throw thrown;
    }
    happened.push({ kind: 'rotate', from, to, bytes });
  }

  #makeRoom(bytes: number, important: boolean, happened: Happening[]): boolean {
    const { size } = this.#file;
    if (this.#counted && this.#cap.isWithinGrant(size, bytes)) return true;
    this.#counted = true;
    const { granted, removed } = this.#cap.makeRoom(size, bytes, important);
    for (const file of removed) happened.push({ kind: 'removed', file });
    return granted;
  }
}
