/** Brings readings.db to the version this program knows: forward only, one transaction a step, a backup before it. */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { settleOwnFile } from '../files/own-file';
import { temporaryFor } from '../files/temporaries';
import { syncDirectory } from '../files/sync-directory';
import type { Database } from './database';
import { databaseFileError } from './database-error';
import { refuseFutureSchema } from './files';
import { refuseOtherPrograms } from './other-programs';
import { MIGRATIONS } from './schema';

/** The value of `PRAGMA user_version`. */
export async function versionOf(database: Database): Promise<number> {
  return (await database.get<{ user_version: number }>('PRAGMA user_version'))?.user_version ?? 0;
}

/**
 * Call it alone (`whileAlone`) on a file that others may open.
 * @param fileMode of the backups
 * @throws MonitorError `future_schema` if the file is newer than this program, or another program's, `database_*`
 * if a step or its backup cannot be written: the steps before it stay
 */
export async function migrate(database: Database, fileMode: number, migrations = MIGRATIONS): Promise<void> {
  const found = await versionOf(database);
  refuseFutureSchema(database.path, found, migrations.length);
  if (found === 0) await refuseOtherPrograms(database, found);
  for (const [version, sql] of migrations.entries()) {
    if (version < found) continue;
    // A new database, which is made step by step as well, holds nothing that a backup could keep.
    if (found > 0) await copyBeside(database, `version-${version}`, fileMode);
    await database.exec(`BEGIN IMMEDIATE; ${sql}; PRAGMA user_version = ${version + 1}; COMMIT`);
  }
  // So that the version stands in the file itself, where `checkHeader` looks for it.
  if (found > 0 && found < migrations.length) await database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/**
 * Copies the database to `readings.db.<reason>-<UTC time>`, whole or not at all.
 * @returns the copy
 * @throws MonitorError `database_*`, `file_system`
 */
export async function copyBeside(database: Database, reason: string, fileMode: number): Promise<string> {
  const backup = `${database.path}.${reason}-${new Date().toISOString().replace(/[-:.]/g, '')}`;
  const temporary = temporaryFor(backup);
  try {
    makeEmpty(temporary); // SQLite would follow a link
    await database.copyTo(temporary);
    settleOwnFile(temporary, fileMode);
    renameSync(temporary, backup);
    syncDirectory(dirname(backup));
    return backup;
  } catch (thrown) {
    throw thrown instanceof MonitorError ? thrown : fileError('back up the database to', backup, thrown);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function makeEmpty(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (thrown) {
    throw databaseFileError(file, thrown);
  }
}
