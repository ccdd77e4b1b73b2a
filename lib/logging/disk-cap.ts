/**
 * Keeps all log files of the directory, of all programs together, within one cap. There is no bookkeeping that could be
 * lost or wrong: every current file counts as grown to the next multiple of a grain, so that within its grain a program
 * may write without counting, and a program that begins a new grain counts the directory first. Both happen under the
 * lock.
 */
import { errorCode } from '../files/file-error';
import type { LogFileSystem } from './current-file';
import { backupsOf, listLogFiles, type LogFile } from './log-files';

export interface Room {
  /** whether the line may be written */
  granted: boolean;
  /** paths of the backups that had to go */
  removed: string[];
}

export class DiskCap {
  readonly #directory: string;
  readonly #maxBackups: number;
  readonly #fs: Pick<LogFileSystem, 'unlinkSync'>;
  /** A thousandth of the cap, at most 64 KiB: the step in which space is granted. */
  readonly #grain: number;
  /**
   * A little below what is configured, for what the file system adds to the files: half-filled blocks, the directory.
   */
  readonly #cap: number;
  /** Space that is kept for warnings and worse when no backup is left. */
  readonly #reserve: number;

  constructor(directory: string, maxTotalBytes: number, maxBackups: number, fs: Pick<LogFileSystem, 'unlinkSync'>) {
    this.#fs = fs;
    this.#directory = directory;
    this.#maxBackups = maxBackups;
    this.#grain = Math.min(65_536, Math.max(1, Math.floor(maxTotalBytes / 1000)));
    this.#cap = maxTotalBytes - Math.min(65_536, Math.floor(maxTotalBytes / 100));
    this.#reserve = Math.min(1_000_000, Math.floor(maxTotalBytes / 10));
  }

  /** Whether `bytes` more at `size` stay within the grain that was granted with the last byte. */
  isWithinGrant(size: number, bytes: number): boolean {
    return this.#grown(size + bytes) === this.#grown(size);
  }

  /**
   * Counts, and removes backups until there is room: those beyond `max_backups`, then the oldest of the program that
   * uses most, so that a program with many lines does not erase the history of one with few.
   * @param important warnings and worse, which may use the reserve
   */
  makeRoom(size: number, bytes: number, important: boolean): Room {
    const removed: string[] = [];
    let files = listLogFiles(this.#directory);
    const remove = (victim: LogFile) => {
      // One that cannot be removed (immutable, somebody else's) still counts, but is not tried again.
      if (removeFile(victim.path, this.#fs)) {
        removed.push(victim.path);
        total -= victim.bytes;
      }
      files = files.filter((file) => file !== victim);
    };
    const needed = this.#grown(size + bytes) - this.#grown(size);
    let total = files.reduce((sum, file) => sum + (file.number === 0 ? this.#grown(file.bytes) : file.bytes), 0);
    for (const program of new Set(files.map((file) => file.program)))
      backupsOf(files, program)
        .slice(0, -this.#maxBackups || Infinity)
        .forEach(remove);
    for (let victim = this.#victim(files); victim && total + needed > this.#cap; victim = this.#victim(files))
      remove(victim);
    const reserve = important || files.some((file) => file.number > 0) ? 0 : this.#reserve;
    return { granted: total + needed <= this.#cap - reserve, removed };
  }

  #victim(files: readonly LogFile[]): LogFile | undefined {
    const used = (program: string) =>
      files.reduce((sum, file) => (file.program === program ? sum + file.bytes : sum), 0);
    return files
      .filter((file) => file.number > 0)
      .sort((one, other) => used(other.program) - used(one.program) || one.number - other.number)[0];
  }

  #grown(bytes: number): number {
    return Math.ceil(bytes / this.#grain) * this.#grain;
  }
}

/** @returns whether it is gone */
export function removeFile(path: string, fs: Pick<LogFileSystem, 'unlinkSync'>): boolean {
  try {
    fs.unlinkSync(path);
    return true;
  } catch (thrown) {
    return errorCode(thrown) === 'ENOENT';
  }
}
