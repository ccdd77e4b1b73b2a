/** `report backup FILE`: a copy of readings.db made by SQLite while collectors write: complete and checked, or not at all. */
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { asMonitorError, MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { settleOwnFile } from '../files/own-file';
import { clearTemporaries, temporaryFor } from '../files/temporaries';
import { syncDirectory } from '../files/sync-directory';
import { RUN_A_CYCLE } from '../sources/all';
import { Database } from '../store/database';
import { databasePath, sideFiles } from '../store/files';
import { withReader } from '../store/reader';
import type { StorageConfig } from '../config/config';
import { filesOfCollectors, refuseToReplace } from './sink';
import { shellQuoted } from '../wording';

export interface BackupReceipt {
  file: string;
  readings: number;
  cycles: number;
  bytes: number;
}

/**
 * @param others configuration and secrets, which are never replaced
 * @throws MonitorError if there is nothing to copy, or the copy cannot be written; an older backup is then kept
 */
export async function backUp(
  storage: StorageConfig,
  file: string,
  others: readonly string[] = [],
): Promise<BackupReceipt> {
  const source = databasePath(storage.data_directory);
  const target = resolve(file);
  refuseToReplace(file, [...filesOfCollectors(storage.data_directory), ...others], {
    inFolder: (folder) => `Name a file in it: node bin/report.js backup ${shellQuoted(join(folder, 'readings.db'))}`,
    noFile: 'Choose an ordinary file.',
  });
  refuseOtherFiles(target);
  clearTemporaries(dirname(target));
  const temporary = temporaryFor(target);
  const remove = () => {
    for (const path of [temporary, ...sideFiles(temporary)]) rmSync(path, { force: true });
  };
  try {
    const copied = await withReader(source, async ([database]) => {
      remove();
      closeSync(openSync(temporary, 'wx', 0o600)); // other users cannot read it while it grows
      await database.exec('COMMIT'); // VACUUM makes its own transaction
      await copyInto(database, temporary, target);
      await database.exec('BEGIN');
      return true;
    });
    if (copied === null) throw nothingThere(source);
    const counts = await check(temporary);
    putInPlace(temporary, target, storage.file_mode);
    return { file: target, ...counts, bytes: statSync(target).size };
  } finally {
    remove();
  }
}

/** If the disk of the copy is full, SQLite reports that as a failure of the database that it copies. */
async function copyInto(database: Database, temporary: string, target: string): Promise<void> {
  try {
    await database.copyTo(temporary);
  } catch (thrown) {
    throw asMonitorError(thrown).type === 'database_full' ? fileError('write', target, { code: 'ENOSPC' }) : thrown;
  }
}

/** An older backup may be replaced, nothing else. */
function refuseOtherFiles(target: string): void {
  if (!existsSync(dirname(target))) {
    throw fileError('write', target, { code: 'ENOENT' });
  }
  if (!existsSync(target) || statSync(target).size === 0) return;
  const header = Buffer.alloc(16);
  const file = openSync(target, 'r');
  readSync(file, header, 0, 16, 0);
  closeSync(file);
  if (header.toString('latin1') === 'SQLite format 3\0') return;
  throw new MonitorError(`${target} is not a database: it will not be replaced by a backup`, {
    type: 'usage',
    permanent: true,
    remediation: 'Choose another file.',
  });
}

async function check(copy: string): Promise<{ readings: number; cycles: number }> {
  const database = await Database.open(copy, 'read-only');
  try {
    const result = await database.get<{ quick_check: string }>('PRAGMA quick_check(1)');
    const counts = await database.get<{ readings: number; cycles: number }>(
      'SELECT (SELECT count(*) FROM reading) AS readings, (SELECT count(*) FROM cycle) AS cycles',
    );
    if (result?.quick_check === 'ok' && counts !== undefined) return counts;
    throw new MonitorError(`The copy of the database is damaged: ${result?.quick_check ?? 'no answer'}.`, {
      type: 'database_corrupt',
      permanent: true,
      remediation: { say: 'Check whether the original is damaged, too', command: 'node bin/health.js database' },
    });
  } finally {
    await database.close();
  }
}

function putInPlace(temporary: string, target: string, mode: number): void {
  try {
    settleOwnFile(temporary, mode);
    renameSync(temporary, target);
    syncDirectory(dirname(target));
  } catch (thrown) {
    throw fileError('write', target, thrown);
  }
}

function nothingThere(source: string): MonitorError {
  return new MonitorError(`There is nothing to back up: ${source} is missing or empty.`, {
    type: 'file_system',
    permanent: true,
    remediation: { say: 'Run a collector first', command: RUN_A_CYCLE },
  });
}
