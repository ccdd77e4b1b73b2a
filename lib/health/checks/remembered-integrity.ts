/**
 * `health-integrity.json` in the data directory: when a large database was last looked through, so that a monitor that
 * asks every minute does not read all of it every minute. Deleting it is always safe.
 */
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { isYoung } from '../../clock';
import { readOwnFile } from '../../files/own-file';
import { removeIfThere } from '../../files/remove-if-there';
import { writeWhole } from '../../files/write-whole';
import type { CheckContext } from '../../check/check';
import { durationOf } from '../../check/clocks';

/** Up to this size a look costs some milliseconds, and is taken every time. */
const SMALL_BYTES = 2_000_000;
const LASTS_MS = 24 * 3_600_000;
const VERSION = 1;

interface Remembered {
  version: typeof VERSION;
  /** of the file: one that was moved into its place was not looked at */
  inode: number;
  /** UTC ISO 8601 */
  checked_at: string;
  result: string;
}

export interface Look {
  /** `ok`, or that the time was too short */
  result: string;
  /** `looked through 3 h ago`; null where it was done just now */
  age: string | null;
}

/**
 * What the last look found where that is less than a day ago, else what `look` says.
 * @param look throws where it finds damage: that is never remembered, nor is a look that the check's end cut short
 */
export async function lookedThroughLately(
  { config, fresh, now, signal }: Pick<CheckContext, 'config' | 'fresh' | 'now' | 'signal'>,
  { ino, size }: Pick<Stats, 'ino' | 'size'>,
  look: () => Promise<string>,
): Promise<Look> {
  if (size <= SMALL_BYTES) return { result: await look(), age: null };
  const file = join(config.storage.data_directory, 'health-integrity.json');
  const known = fresh ? null : read(file, ino, now());
  if (known !== null) return known;
  removeQuietly(file); // what this look finds counts from now on, damage above all
  const result = await look();
  const remembered: Remembered = { version: VERSION, inode: ino, checked_at: now().toISOString(), result };
  try {
    if (!signal.aborted) writeWhole(file, `${JSON.stringify(remembered, null, 1)}\n`);
  } catch {
    // Looked through again the next time.
  }
  return { result, age: null };
}

function read(file: string, ino: number, now: Date): Look | null {
  try {
    const content = JSON.parse(readOwnFile(file)) as Omit<Remembered, 'version'> & { version: unknown };
    const { version, inode, checked_at, result } = content;
    const checkedMs = Date.parse(checked_at);
    if (version !== VERSION || inode !== ino || typeof result !== 'string') return null;
    if (!isYoung(checkedMs, LASTS_MS, now.getTime())) return null;
    const age = Math.max(0, now.getTime() - checkedMs);
    return { result, age: `looked through ${durationOf(age)} ago (--fresh looks again)` };
  } catch {
    return null; // none, or a damaged one: as good as none
  }
}

function removeQuietly(file: string): void {
  try {
    removeIfThere(file);
  } catch {
    // A directory that cannot be written: nothing was remembered there either.
  }
}
