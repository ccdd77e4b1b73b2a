/** Moves a database that cannot be used out of the way, with all that belongs to it; nothing is ever deleted. */
import { lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { textOfRemedy } from '../errors';
import { fileError } from '../files/file-error';
import { syncDirectory } from '../files/sync-directory';
import type { Logger } from '../logging/logger';
import { recoveryOf } from './database-error';
import { sideFiles } from './files';

/**
 * Renames `path` and its side files to `readings.db.corrupt-20260102T030405678Z` (and `…-wal`, `…-shm`). The database
 * goes first: killed in between, the side files are found alone and follow (`createWhole`).
 * @returns the new name; null if there was nothing to move
 * @throws MonitorError `file_system`
 */
export function setAside(path: string, why: string, logger: Logger, now = new Date()): string | null {
  const aside = `${path}.corrupt-${now.toISOString().replace(/[-:.]/g, '')}`;
  try {
    const moved = [path, ...sideFiles(path)].filter((file) => lstatSync(file, { throwIfNoEntry: false }) !== undefined);
    if (moved.length === 0) return null;
    for (const file of moved) renameSync(file, aside + file.slice(path.length));
    syncDirectory(dirname(path));
  } catch (thrown) {
    throw fileError('move aside', path, thrown);
  }
  logger.critical('database_replaced', `${path} cannot be used (${why}): moved to ${aside}, a new one is started`, {
    moved_to: aside,
    reason: why,
    remediation: textOfRemedy(recoveryOf(aside)),
  });
  return aside;
}
