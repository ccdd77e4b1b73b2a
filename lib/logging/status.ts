/** The spec's Log Rotation Status: `logging.details` of `health --json`. Reads names and sizes only. */
import type { LoggingConfig } from '../config/config';
import { errorCode } from '../files/file-error';
import { listLogFiles } from './log-files';
import type { Program } from './programs';

export interface LoggingStatus {
  /** of the current file; without a program, of the largest one */
  current_bytes: number;
  /** number of backups */
  backups: number;
  /** all our files in the directory, of all programs */
  total_bytes: number;
  /** the size at which a file is rotated */
  threshold_bytes: number;
  /** when the newest backup was closed (its last line), or null if there is none */
  last_rotation: string | null;
  /** a current file has grown past the threshold: it could not be rotated so far */
  rotation_due: boolean;
}

/**
 * @param program one program's state; without it, all programs together
 * @throws the system's error if the directory cannot be read; one that does not exist yet is empty
 */
export function loggingStatus(config: LoggingConfig, program?: Program): LoggingStatus {
  const all = readFiles(config.directory);
  const files = program === undefined ? all : all.filter((file) => file.program === program);
  const backups = files.filter((file) => file.number > 0);
  const current_bytes = Math.max(0, ...files.filter((file) => file.number === 0).map((file) => file.bytes));
  const threshold_bytes = Math.floor(config.max_file_mb * 1_000_000);
  const newest = Math.max(...backups.map((file) => file.modified.getTime()));
  return {
    current_bytes,
    backups: backups.length,
    total_bytes: all.reduce((sum, file) => sum + file.bytes, 0),
    threshold_bytes,
    last_rotation: backups.length === 0 ? null : new Date(newest).toISOString(),
    rotation_due: current_bytes > threshold_bytes,
  };
}

function readFiles(directory: string): ReturnType<typeof listLogFiles> {
  try {
    return listLogFiles(directory);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}
