/** `data compact`: the file becomes as small as its content; meanwhile, cycles wait in the spool. */
import { statfsSync, statSync } from 'node:fs';
import { EXIT } from '../exit-codes';
import { Database } from '../store/database';
import { whileAlone } from '../store/database-lock';
import { databaseFileError } from '../store/database-error';
import { checkHeader, databasePath } from '../store/files';
import { megabytes, shellQuoted } from '../wording';
import { refusal, type DataContext, type DataResult } from './operation';
import { refuseMissingDatabase } from './own-database';

/** SQLite writes the new content into a temporary file, then into the log: two copies beside the old one. */
const COPIES = 2;

/** @throws MonitorError `refused` if there is no room, `database_*`: the database is as it was */
export async function compact(context: DataContext): Promise<DataResult> {
  refuseMissingDatabase(context);
  const { storage, signal, dryRun } = context;
  const path = databasePath(storage.data_directory);
  return await whileAlone(
    storage,
    async () => {
      checkHeader(path);
      const before = statSync(path).size;
      const freed = await freedBy(path);
      if (dryRun) {
        const lines = [`${path} has ${megabytes(before)}; about ${megabytes(freed)} of it would become free.`];
        return { exitCode: EXIT.done, lines, details: { bytes_before: before, bytes_free: freed, dry_run: true } };
      }
      refuseWithoutRoom(path, before - freed);
      context.progress('compacting; cycles wait in the spool');
      await vacuum(path, context);
      const after = statSync(path).size;
      return {
        exitCode: EXIT.done,
        lines: [
          `${path} has ${megabytes(after)} now, before ${megabytes(before)}. The next cycle stores what has waited.`,
        ],
        details: { bytes_before: before, bytes_after: after, dry_run: false },
      };
    },
    signal,
  );
}

async function freedBy(path: string): Promise<number> {
  const database = await Database.open(path, 'read-write');
  try {
    const sql = 'SELECT freelist_count * page_size AS bytes FROM pragma_freelist_count, pragma_page_size';
    return (await database.get<{ bytes: number }>(sql))?.bytes ?? 0;
  } finally {
    await database.close();
  }
}

function refuseWithoutRoom(path: string, bytes: number): void {
  try {
    const { bavail, bsize } = statfsSync(path);
    if (bavail * bsize > COPIES * bytes) return;
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
  throw refusal(
    `There is not enough room to compact ${path}: ${megabytes(COPIES * bytes)} are needed. Nothing was changed.`,
    { say: 'Make room on the disk', command: `df -h ${shellQuoted(path)}` },
    'database_full',
  );
}

async function vacuum(path: string, { storage, signal }: DataContext): Promise<void> {
  // The temporary file goes beside the database, because /tmp is often in memory; SQLite unlinks it as soon as it is open.
  process.env['SQLITE_TMPDIR'] = storage.data_directory;
  const database = await Database.open(path, 'read-write');
  const stop = () => database.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    database.setBusyTimeout(storage.busy_timeout_ms);
    await database.exec('PRAGMA synchronous = FULL; VACUUM');
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
    await database.close(); // writes the log into the file, which shrinks only then
  }
}
