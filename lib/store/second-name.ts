/**
 * `data restore` keeps the old database under a second name before the backup takes the first one. If it is broken off
 * in between, both names lead to the database that stays.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeIfThere } from '../files/remove-if-there';
import { sideFiles } from './files';

/** `readings.db.before-restore-20260101T000000000Z` */
export function keptByRestore(path: string, now = new Date()): string {
  return `${path}${MARK}${now.toISOString().replace(/[-:.]/g, '')}`;
}

const MARK = '.before-restore-';

/**
 * Removes second names of the database that lies at `path`. Call it under the database's lock, which a restore holds
 * alone. Never throws: a name that stays does no harm.
 */
export function dropSecondName(path: string): void {
  try {
    const database = lstatSync(path, { throwIfNoEntry: false });
    if (database === undefined || database.nlink < 2) return;
    const folder = dirname(path);
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(`${basename(path)}${MARK}`) || /-(wal|shm|journal)$/.test(name)) continue;
      const kept = join(folder, name);
      // If its log has only this name left, it is needed to read the rest of a damaged database.
      const parts = [
        [path, kept] as const,
        ...sideFiles(path).map((file, n) => [file, sideFiles(kept)[n] ?? ''] as const),
      ];
      if (!parts.every(([here, there]) => isSame(here, there) || inodeOf(there) === null)) continue;
      if (isSame(path, kept)) for (const [, there] of parts) removeIfThere(there);
    }
  } catch {
    // Another user's folder, or a disk that fails: what uses the database next says so.
  }
}

const isSame = (one: string, other: string): boolean => inodeOf(one) !== null && inodeOf(one) === inodeOf(other);

function inodeOf(path: string): string | null {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file === undefined ? null : `${file.dev}:${file.ino}`;
}
