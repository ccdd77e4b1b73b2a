/** Which files of the log directory are ours, and what they take. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM, type Program } from './programs';

export interface LogFile {
  path: string;
  program: Program;
  /** N of a backup `<program>.N.log`; the highest is the newest. 0 for the current file. */
  number: number;
  bytes: number;
  modified: Date;
}

const OURS = new RegExp(`^(${PROGRAM.source})(?:\\.([1-9]\\d{0,14}))?\\.log$`);

/** Whether a file of this name, if it is a file, is ours. */
export function isLogName(name: string): boolean {
  return OURS.test(name);
}

/** Of these, the one that lines are appended to. */
export function isCurrentLog(name: string): boolean {
  return isLogName(name) && OURS.exec(name)?.[2] === undefined;
}

export function currentFile(directory: string, program: Program): string {
  return join(directory, `${program}.log`);
}

export function backupFile(directory: string, program: Program, number: number): string {
  return join(directory, `${program}.${number}.log`);
}

/** Oldest backup first. A file of another program, a directory or a link, of any name, is not among them. */
export function listLogFiles(directory: string): LogFile[] {
  return readdirSync(directory)
    .flatMap((name): LogFile[] => {
      const match = OURS.exec(name);
      if (match === null) return [];
      const path = join(directory, name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (!stat?.isFile()) return [];
      return [{ path, program: match[1] ?? '', number: Number(match[2] ?? 0), bytes: stat.size, modified: stat.mtime }];
    })
    .sort((one, other) => one.number - other.number);
}

/**
 * The highest number in any name of the directory, also of files that are not ours: none of them may be overwritten.
 */
export function highestNumber(directory: string, program: Program): number {
  const numbers = readdirSync(directory).map((name) => {
    const match = OURS.exec(name);
    return match?.[1] === program ? Number(match[2] ?? 0) : 0;
  });
  return Math.max(0, ...numbers);
}

export function backupsOf(files: readonly LogFile[], program: Program): LogFile[] {
  return files.filter((file) => file.program === program && file.number > 0);
}
