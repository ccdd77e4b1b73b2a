/**
 * `data restore FILE`: a backup takes the place of readings.db, which is kept beside it with its side files. At every
 * moment, also after a power cut, either the old database lies there with what belongs to it, or the new one alone:
 * SQLite would play a left-over log of the old one into the new one.
 */
import { constants, copyFileSync, existsSync, linkSync, lstatSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asMonitorError } from '../errors';
import { EXIT } from '../exit-codes';
import { errorCode, fileError } from '../files/file-error';
import { settleOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { syncDirectory } from '../files/sync-directory';
import { isDamaged } from '../store/confirm-damage';
import { Database } from '../store/database';
import { whileAlone } from '../store/database-lock';
import { databasePath, sideFiles } from '../store/files';
import { dropSecondName, keptByRestore } from '../store/second-name';
import { plural, shellQuoted } from '../wording';
import { refusal, type DataContext, type DataResult } from './operation';
import { isOwnDatabase, openSourceFile, openWhole, type SourceFile } from './source-file';
import { withWorkFolder } from './work-folder';

/** @throws MonitorError `refused` if the file is not whole or not ours, `database_locked`, `file_system`, `usage` */
export async function restore(file: string, context: DataContext): Promise<DataResult> {
  if (isOwnDatabase(file, context)) {
    throw refusal(`${file} is the database of the collectors itself.`, 'Name a backup of it.', 'usage');
  }
  return await withWorkFolder(context, async (folder) => {
    const source = await openSourceFile(file, 'integrity_check', context, folder);
    const whole = wholeOf(source, context);
    const counts = await countsOf(whole);
    const what = `${source.path}: ${plural(counts.readings, 'reading')} of ${plural(counts.cycles, 'cycle')}, whole`;
    const details = { file: source.path, dry_run: context.dryRun, ...counts };
    if (context.dryRun) return { exitCode: EXIT.done, lines: [`${what}. Nothing was changed.`], details };

    const path = databasePath(context.storage.data_directory);
    const copy = join(folder(), 'readings.db');
    context.progress('copying');
    await copyWhole(whole, copy, context);
    const kept = await whileAlone(context.storage, () => replace(path, copy, context), context.signal);
    return {
      exitCode: EXIT.done,
      lines: [
        `${what}. It is ${path} now; the next cycle goes on with it.`,
        ...(kept === null
          ? []
          : [
              `The one before is kept: ${kept}`,
              `To store what it has and the backup lacks: ${context.commandLine('merge', kept)}`,
              `To go back to it: ${context.commandLine('restore', kept)}`,
            ]),
      ],
      details: { ...details, kept },
    };
  });
}

function wholeOf({ path, kind, version, whole, damage }: SourceFile, { commandLine }: DataContext): string {
  if (whole === null) {
    throw refusal(`${path} is not whole (${damage}): nothing was changed.`, {
      say: 'Take another backup, or store what can be read of it',
      command: commandLine('merge', path),
    });
  }
  if (kind !== 'ours' || version === 0) {
    const what = kind === 'empty' ? 'holds no tables' : 'is a database of another program';
    throw refusal(`${path} ${what}: nothing was changed.`, 'Name a backup of readings.db.');
  }
  return whole;
}

async function countsOf(whole: string): Promise<{ readings: number; cycles: number }> {
  const database = await openWhole(whole);
  try {
    const sql = 'SELECT (SELECT count(*) FROM reading) AS readings, (SELECT count(*) FROM cycle) AS cycles';
    return (await database.get<{ readings: number; cycles: number }>(sql)) ?? { readings: 0, cycles: 0 };
  } finally {
    await database.close();
  }
}

/** Made by SQLite, in WAL mode as the collectors want it, and safe on disk. */
async function copyWhole(whole: string, copy: string, { storage, signal }: DataContext): Promise<void> {
  const source = await openWhole(whole);
  const stop = () => source.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await source.copyTo(copy);
  } catch (thrown) {
    signal.throwIfAborted();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
    await source.close();
  }
  const database = await Database.open(copy, 'read-write');
  try {
    await database.exec('PRAGMA journal_mode = WAL');
  } finally {
    await database.close();
  }
  settleOwnFile(copy, storage.file_mode);
  syncDirectory(dirname(copy));
}

/** @returns where the old one is kept; null if there was none */
async function replace(path: string, copy: string, context: DataContext): Promise<string | null> {
  context.signal.throwIfAborted();
  if (isThere(path)) await fold(path, context);
  dropSecondName(path);
  const kept = keptByRestore(path);
  const old = [path, ...sideFiles(path)].filter(isThere);
  try {
    for (const file of old) secondName(file, kept + file.slice(path.length));
    syncDirectory(dirname(path));
    // The log goes first: beside the new database it would be played into it.
    for (const file of sideFiles(path)) removeIfThere(file);
    syncDirectory(dirname(path));
    renameSync(copy, path);
    syncDirectory(dirname(path));
  } catch (thrown) {
    throw fileError('replace', path, thrown);
  }
  return old.length === 0 ? null : kept;
}

/** Everything of a sound database is in the one file afterwards, so that it is whole without its log. */
async function fold(path: string, { storage, signal }: DataContext): Promise<void> {
  const wait = { busyTimeoutMs: storage.busy_timeout_ms, signal };
  const isSound = await isDamaged(path, wait).then(
    (damaged) => !damaged,
    (thrown: unknown) => {
      // The database of a newer version: going back to an older one is what a backup is for.
      if (asMonitorError(thrown).type === 'future_schema') return true;
      throw thrown;
    },
  );
  if (!isSound) return;
  const database = await Database.open(path, 'read-write');
  try {
    database.setBusyTimeout(storage.busy_timeout_ms);
    const answer = await database.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    if (answer?.busy === 1) {
      throw refusal(
        `Another program is reading ${path}: nothing was changed.`,
        { say: 'See which one, and end it', command: `fuser -v ${shellQuoted(path)}` },
        'database_locked',
      );
    }
  } finally {
    await database.close();
  }
}

function isThere(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** A link, which is made at once; a copy if the file system knows none (FAT). */
function secondName(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (thrown) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(errorCode(thrown))) throw thrown;
    copyFileSync(file, name, constants.COPYFILE_EXCL);
    settleOwnFile(name, lstatSync(file).mode & 0o777);
  }
}
