/**
 * `--quiet-repeats`: cron mails the first failure of a kind, then at most one a day. The last failure that was printed is
 * kept in a small state file; if that is lost, one mail is sent too many, never one too few.
 */
import { join } from 'node:path';
import { isYoung } from '../clock';
import type { ErrorType } from '../errors';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { writeWhole } from '../files/write-whole';

const SILENCE_MS = 24 * 60 * 60 * 1000;

/**
 * @param errorType of this cycle, null after a success: the next failure is then printed again
 * @returns whether the failure was already printed within 24 hours and nothing else has happened since
 */
export function wasReportedRecently(
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
    // If nothing can be written, every failure is printed.
  }
  return false;
}

/** If the file cannot be removed, the next failure of this kind may not be mailed for a day; log and exit code report it. */
function forget(file: string): void {
  try {
    removeIfThere(file);
  } catch {
    // A success must not become a failure because of it.
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
