/**
 * `health-integrity.json` in the data directory: when the integrity of a large database was last checked, so that a
 * monitor that asks every minute does not read all of it every minute. Deleting the file is always safe.
 */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { isYoung } from '../../clock';
import { readOwnFile } from '../../files/own-file';
import { removeIfThere } from '../../files/remove-if-there';
import { writeWhole } from '../../files/write-whole';
import type { CheckContext } from '../../check/check';
import { durationOf } from '../../check/clocks';
import { INTEGRITY_FILE } from '../../store/files';

/** Up to this size a check takes some milliseconds, and is made every time. */
const SMALL_BYTES = 2_000_000;
const LASTS_MS = 24 * 3_600_000;
const VERSION = 1;

interface Remembered {
  version: typeof VERSION;
  /** of the file: another file that was moved to its path was not checked */
  inode: number;
  /** UTC ISO 8601 */
  checked_at: string;
  result: string;
}

export interface IntegrityResult {
  /** `ok`, or that the time was too short */
  result: string;
  /** `checked 3 h ago`; null if it was checked just now */
  age: string | null;
}

/**
 * The result of the last check if that was made less than a day ago, else the result of a new one.
 * @param check throws if it finds damage; neither that nor a check that was stopped before its end is remembered
 */
export async function integrityAtMostOnceADay(
  { config, fresh, now, signal }: Pick<CheckContext, 'config' | 'fresh' | 'now' | 'signal'>,
  { ino, size }: Pick<Stats, 'ino' | 'size'>,
  check: () => Promise<string>,
): Promise<IntegrityResult> {
  if (size <= SMALL_BYTES) return { result: await check(), age: null };
  const file = join(config.storage.data_directory, INTEGRITY_FILE);
  const known = fresh ? null : read(file, ino, now());
  if (known !== null) return known;
  removeQuietly(file); // from now on the result of this check counts, above all if it finds damage
  const result = await check();
  const remembered: Remembered = { version: VERSION, inode: ino, checked_at: now().toISOString(), result };
  try {
    if (!signal.aborted) writeWhole(file, `${JSON.stringify(remembered, null, 1)}\n`);
  } catch {
    // It is checked again the next time.
  }
  return { result, age: null };
}

function read(file: string, ino: number, now: Date): IntegrityResult | null {
  try {
    const content = JSON.parse(readOwnFile(file)) as Omit<Remembered, 'version'> & { version: unknown };
    const { version, inode, checked_at, result } = content;
    const checkedMs = Date.parse(checked_at);
    if (version !== VERSION || inode !== ino || typeof result !== 'string') return null;
    if (!isYoung(checkedMs, LASTS_MS, now.getTime())) return null;
    const age = Math.max(0, now.getTime() - checkedMs);
    return { result, age: `checked ${durationOf(age)} ago (--fresh checks again)` };
  } catch {
    return null; // no file, or a damaged one, which counts as none
  }
}

function removeQuietly(file: string): void {
  try {
    removeIfThere(file);
  } catch {
    // The directory cannot be written, so nothing was remembered there either.
  }
}
