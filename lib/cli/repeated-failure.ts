/**
 * `--quiet-repeats`: a crontab's mail for the first failure of a kind, then at most one a day. What was said last is kept
 * in a small state file; losing it costs one mail too many, never one too few.
 */
import { join } from 'node:path';
import { isYoung } from '../clock';
import type { ErrorType } from '../errors';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { writeWhole } from '../files/write-whole';

const SILENCE_MS = 24 * 60 * 60 * 1000;

/**
 * @param errorType of this cycle, null after a success: the next failure is then news again
 * @returns whether the failure was already said within 24 hours and nothing else happened since
 */
export function wasSaidLately(
  dataDirectory: string,
  program: string,
  errorType: ErrorType | null,
  nowMs = Date.now(),
): boolean {
  const file = join(dataDirectory, `${program}.last-failure.json`);
  if (errorType === null) {
    forget(file);
    return false;
  }
  if (isYoung(lastSaid(file, errorType) ?? -Infinity, SILENCE_MS, nowMs)) return true;
  try {
    writeWhole(file, JSON.stringify({ error_type: errorType, said_at: new Date(nowMs).toISOString() }));
  } catch {
    // Where nothing can be written, every failure is said.
  }
  return false;
}

/** Where it stays, the next failure of this kind may go unmailed for a day; the log and the exit code still tell of it. */
function forget(file: string): void {
  try {
    removeIfThere(file);
  } catch {
    // A success must not end as a failure because of it.
  }
}

function lastSaid(file: string, errorType: ErrorType): number | null {
  try {
    const state = JSON.parse(readOwnFile(file)) as { error_type?: unknown; said_at?: unknown };
    const time = typeof state.said_at === 'string' ? Date.parse(state.said_at) : NaN;
    return state.error_type === errorType && !Number.isNaN(time) ? time : null;
  } catch {
    return null;
  }
}
