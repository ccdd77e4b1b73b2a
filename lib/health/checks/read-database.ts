/** Lends readings.db to a check that only asks it, and leaves nothing behind. */
import { statSync } from 'node:fs';
import { Database } from '../../store/database';
import { databaseError, whyNotWritable } from '../../store/database-error';
import { checkHeader, databasePath } from '../../store/files';
import { versionOf } from '../../store/migrations';
import { SCHEMA_VERSION, viewsOver } from '../../store/schema';

/** @returns null if there is no database yet */
export async function askDatabase<T>(
  dataDirectory: string,
  ask: (database: Database) => Promise<T>,
): Promise<T | null> {
  const path = databasePath(dataDirectory);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
  // A user who may not write the database would leave side files that its owner may not write.
  if (whyNotWritable(path) !== null) throw databaseError(path, { code: 'SQLITE_READONLY', message: 'not writable' });
  checkHeader(path);
  const database = await Database.open(path, 'read-write');
  try {
    database.setBusyTimeout(3000);
    const version = await versionOf(database);
    // The next cycle migrates it; until then it is read as if it were of today.
    if (version < SCHEMA_VERSION) await database.exec(viewsOver(version));
    return await ask(database);
  } finally {
    await database.close();
  }
}
