/** Where cycles wait on disk while the database cannot be written: data/spool/, one file each, whole or not at all. */
import { existsSync, lstatSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { StorageConfig } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import { describeFileError, errorCode, fileError } from '../files/file-error';
import { NotOurFile, readOwnFile, refuseForeignDirectory } from '../files/own-file';
import { makeDirectory } from '../files/ownership';
import { removeIfThere } from '../files/remove-if-there';
import { clearTemporaries } from '../files/temporaries';
import { writeWhole } from '../files/write-whole';
import type { Logger } from '../logging/logger';
import { shellQuoted } from '../wording';
import { decodeSpoolFile, encodeSpoolFile, type DecodedFile } from './spool-file';
import type { Cycle, Store } from './store';

/** At most so many cycles are stored in one transaction, which holds the lock for some tenths of a second at most. */
const CYCLES_PER_TRANSACTION = 200;

export function spoolDirectory(storage: Pick<StorageConfig, 'data_directory'>): string {
  return join(storage.data_directory, 'spool');
}

/**
 * The files that wait, oldest first; empty if there is no spool yet.
 * @throws MonitorError `file_system` if the spool belongs to somebody else, or the system's error
 */
export function spooledFiles(storage: Pick<StorageConfig, 'data_directory'>): string[] {
  const directory = spoolDirectory(storage);
  if (!existsSync(directory)) return [];
  refuseForeignDirectory(directory);
  const names = readdirSync(directory).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  return names.sort().map((name) => join(directory, name));
}

/**
 * Keeps a cycle, with its row as it is, for the next one that can write.
 * @throws MonitorError `database_full` at `spool_max_mb` (event `spool_full`), `file_system` if it cannot be written
 */
export function spoolCycle(storage: StorageConfig, logger: Logger, cycle: Cycle): void {
  try {
    writeSpoolFile(storage, logger, cycle);
  } catch (thrown) {
    const isOurs = thrown instanceof MonitorError;
    const failure = isOurs ? thrown : fileError('write', spoolDirectory(storage), thrown, storage.data_directory);
    const { type, message, remediation, cause } = failure;
    // It could be written when the cycle began, and is the last place there is: worth another try after any error.
    if (type === 'file_system') throw new MonitorError(message, { type, permanent: false, remediation, cause });
    throw failure;
  }
}

function writeSpoolFile(storage: StorageConfig, logger: Logger, cycle: Cycle): void {
  const directory = spoolDirectory(storage);
  const text = encodeSpoolFile(cycle);
  const readings = cycle.readings.length;
  makeDirectory(directory, 0o700);
  const usedBytes = bytesIn(storage);
  if (usedBytes + Buffer.byteLength(text) > storage.spool_max_mb * 1e6) {
    const failure = new MonitorError(`${directory} is full (storage.spool_max_mb: ${storage.spool_max_mb})`, {
      type: 'database_full',
      permanent: true,
      remediation: {
        say: 'Fix the database, so that the next cycle can store what waits',
        command: 'node bin/health.js database',
      },
    });
    const { message, remediation } = failure;
    logger.critical('spool_full', `${message}: ${readings} readings are lost.`, {
      readings,
      used_bytes: usedBytes,
      remediation,
    });
    throw failure;
  }
  const { started_at, collector } = cycle.record;
  const file = join(directory, `${started_at.replace(/[-:.]/g, '')}-${collector}.json`);
  writeWhole(file, text);
  logger.warning('spooled', `${readings} readings wait in ${file} until the database can be written`, {
    readings,
    file,
  });
}

/**
 * Stores what waits, oldest first, and removes it; killed in between, or done by two processes at once, each cycle is
 * stored once nevertheless, because the store knows it by its start. A damaged file is moved to data/spool-damaged/.
 * @throws MonitorError of the store: what is not stored yet goes on waiting
 */
export async function replaySpool(storage: StorageConfig, logger: Logger, store: Store): Promise<void> {
  const files = waitingFiles(storage, logger);
  for (let first = 0; first < files.length; first += CYCLES_PER_TRANSACTION) {
    const batch = files.slice(first, first + CYCLES_PER_TRANSACTION).flatMap((file) => {
      const decoded = readSpoolFile(storage, logger, file);
      return decoded === null ? [] : [{ file, ...decoded }];
    });
    if (batch.length > 0) await replayBatch(storage, logger, store, batch);
  }
}

/** A spool that cannot be listed must not stop new cycles from being stored. */
function waitingFiles(storage: StorageConfig, logger: Logger): string[] {
  try {
    const files = spooledFiles(storage);
    for (const directory of [storage.data_directory, spoolDirectory(storage)]) clearTemporaries(directory);
    return files;
  } catch (thrown) {
    sayUnreadable(logger, spoolDirectory(storage), thrown);
    return [];
  }
}

function sayUnreadable(logger: Logger, path: string, thrown: unknown): void {
  const remediation = `Look at its owner and mode: ls -ld ${shellQuoted(path)}`;
  logger.error('spool_unreadable', `Cannot read ${path}: ${describeFileError(thrown)}`, { path, remediation });
}

interface Waiting extends DecodedFile {
  file: string;
}

async function replayBatch(storage: StorageConfig, logger: Logger, store: Store, batch: Waiting[]): Promise<void> {
  try {
    await store.storeAll(batch.map(({ cycle }) => cycle));
  } catch (thrown) {
    // Well-formed, but no database takes it: one such file must not keep the others, and all later cycles, waiting.
    const failure = asMonitorError(thrown);
    if (failure.type !== 'internal') throw thrown;
    await store.prove(); // if the database takes no cycle at all, the file is not at fault, and waits
    for (const one of batch) {
      if (batch.length > 1) await replayBatch(storage, logger, store, [one]);
      else moveDamaged(storage, logger, one.file, failure.message);
    }
    return;
  }
  for (const { file, damage } of batch) {
    // What could be read of it is stored; the file is kept for what could not.
    if (damage === '') removeStored(logger, file);
    else moveDamaged(storage, logger, file, damage);
  }
  const readings = batch.reduce((sum, { cycle }) => sum + cycle.readings.length, 0);
  const message = `${readings} readings of ${batch.length} cycles that waited in the spool are stored`;
  logger.info('spool_replayed', message, { cycles: batch.length, readings });
}

/** A file that stays is stored again by the next cycle, which changes nothing. */
function removeStored(logger: Logger, file: string): void {
  try {
    removeIfThere(file);
  } catch (thrown) {
    const why = describeFileError(thrown);
    logger.error('spool_unreadable', `Cannot remove ${file}, which is stored: ${why}`, { path: file });
  }
}

/** @returns null if it is damaged, cannot be read now, or another process has just stored it */
function readSpoolFile(storage: StorageConfig, logger: Logger, file: string): DecodedFile | null {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch (thrown) {
    if (thrown instanceof NotOurFile) moveDamaged(storage, logger, file, thrown.what);
    else if (errorCode(thrown) !== 'ENOENT') sayUnreadable(logger, file, thrown);
    return null;
  }
  try {
    return decodeSpoolFile(text);
  } catch (thrown) {
    moveDamaged(storage, logger, file, describeFileError(thrown));
    return null;
  }
}

function moveDamaged(storage: StorageConfig, logger: Logger, file: string, why: string): void {
  const directory = join(storage.data_directory, 'spool-damaged');
  const target = join(directory, `${Date.now()}-${file.slice(spoolDirectory(storage).length + 1)}`);
  try {
    makeDirectory(directory, 0o700);
    refuseForeignDirectory(directory);
    renameSync(file, target);
    logger.error('spool_damaged', `${file} is damaged (${why}) and was moved to ${target}`, { file: target, why });
  } catch (thrown) {
    // ENOENT: the other collector was faster. Else it stays, and is reported at each cycle.
    if (errorCode(thrown) !== 'ENOENT') logger.error('spool_damaged', `${file} is damaged (${why})`, { file, why });
  }
}

function bytesIn(storage: StorageConfig): number {
  try {
    const files = spooledFiles(storage).map((file) => lstatSync(file, { throwIfNoEntry: false }));
    return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  } catch (thrown) {
    throw fileError('read', spoolDirectory(storage), thrown);
  }
}
