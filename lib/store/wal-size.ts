/**
 * A reader that does not end keeps the WAL from being folded into the database: a warning while it lasts, a line when
 * it is over.
 */
import { statSync } from 'node:fs';
import type { StorageConfig } from '../config/config';
import type { Logger } from '../logging/logger';
import { shellQuoted } from '../wording';
import { databasePath } from './files';

/** A page of SQLite, as the store makes its databases. */
export const PAGE_BYTES = 4096;
/** About 4 MB: a usual cycle is far below that, in any configuration. */
export const OVERSIZED_PAGES = 1000;

/** From how many pages on a WAL is too large to be an everyday one. */
export function oversizedPages(storage: Pick<StorageConfig, 'wal_autocheckpoint_pages'>): number {
  return Math.max(OVERSIZED_PAGES, 4 * storage.wal_autocheckpoint_pages);
}

/**
 * Checks the WAL when the database is opened (event `wal_oversized`).
 * @returns a function that checks again when it is closed (event `wal_folded`)
 */
export function watchWal(storage: StorageConfig, logger: Logger): () => void {
  const path = databasePath(storage.data_directory);
  const limit_bytes = oversizedPages(storage) * PAGE_BYTES;
  const before = walBytes(path);
  if (before <= limit_bytes) return () => undefined;
  const remediation = `See who has it open, and end that program: fuser -v ${shellQuoted(path)}`;
  logger.warning(
    'wal_oversized',
    `${path}-wal has grown to ${before} bytes: most likely a program reads without an end`,
    {
      wal_bytes: before,
      limit_bytes,
      remediation,
    },
  );
  return () => {
    const wal_bytes = walBytes(path);
    if (wal_bytes > limit_bytes) return;
    logger.info('wal_folded', `${path}-wal is folded into the database again`, { wal_bytes, before_bytes: before });
  };
}

function walBytes(path: string): number {
  try {
    return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0; // a disk that fails is found out by the next process that reads from it
  }
}
