/** A folder beside the database for the length of one operation; what a killed one has left is removed by the next command. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../files/file-error';
import { ownLike } from '../files/ownership';
import { clearTemporaries, temporaryFor } from '../files/temporaries';
import type { DataContext } from './operation';

/** Call it while no other operation runs (`whileNoOther`). The folder is made when `folder()` is called first. */
export async function withWorkFolder<T>(
  { storage, dryRun }: DataContext,
  work: (folder: () => string) => Promise<T>,
): Promise<T> {
  const path = temporaryFor(join(storage.data_directory, 'data'));
  const made: string[] = [];
  const folder = (): string => {
    const [known] = made;
    if (known !== undefined) return known;
    const fresh = dryRun ? elsewhere() : makeIn(storage.data_directory, path);
    made.push(fresh);
    return fresh;
  };
  if (!dryRun) clearTemporaries(storage.data_directory);
  try {
    return await work(folder);
  } finally {
    made.forEach(remove);
  }
}

function makeIn(directory: string, path: string): string {
  try {
    mkdirSync(path, 0o700);
    ownLike(directory, path);
    return path;
  } catch (thrown) {
    throw fileError('create the directory', path, thrown);
  }
}

/** A dry run leaves the data directory alone. */
function elsewhere(): string {
  const path = join(tmpdir(), 'home-temperature-monitor-');
  try {
    return mkdtempSync(path);
  } catch (thrown) {
    throw fileError('create the directory', path, thrown);
  }
}

/** If that fails, making it says why, if it is needed. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // On a disk that fails, or another user's.
  }
}
