/** Would a row be stored now? Proved by a real write that is rolled back, in a lock of about a millisecond. */
import { statSync } from 'node:fs';
import { asMonitorError, MonitorError } from '../../errors';
import { errorCode, fileError } from '../../files/file-error';
import { COLLECTORS } from '../../sources/all';
import { Database } from '../../store/database';
import { databaseError, whyNotWritable } from '../../store/database-error';
import { loadDriver } from '../../store/driver';
import { checkHeader, databasePath, refuseNetworkFileSystem, refuseOddFiles } from '../../store/files';
import { lockDatabase } from '../../store/database-lock';
import { refuseOtherPrograms } from '../../store/other-programs';
import { SCHEMA_VERSION } from '../../store/schema';
import { OVERSIZED_PAGES, PAGE_BYTES } from '../../store/wal-size';
import { whileLocked } from '../../store/while-locked';
import { megabytes } from '../../wording';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { existingPartOf, refusalToMake } from '../existing-part';
import { besideProblems, foreignSideFiles, walProblems } from './database-files';
import { quickCheck } from './quick-check';
import { integrityAtMostOnceADay } from './remembered-integrity';

/** A collector holds the lock for milliseconds, the replay of a spool for tenths of a second: a longer time is a fault. */
const LOCK_WAIT_MS = 4000;

export async function checkDatabase(context: CheckContext): Promise<Judgement> {
  const { storage } = context.config;
  const path = databasePath(storage.data_directory);
  const details: Record<string, unknown> = { path, exists: false };
  const problems: Problem[] = [];
  const judgement = (message: string) => ({ message, problems, details });
  try {
    details['sqlite_version'] = loadDriver().VERSION;
    const place = proveDirectory(storage.data_directory);
    problems.push(...besideProblems(storage, details));
    refuseOddFiles(path);
    const file = statSync(path, { throwIfNoEntry: false });
    if (file === undefined) {
      const refusal = refusalToMake(place === storage.data_directory ? path : storage.data_directory, place);
      if (refusal !== null) throw refusal;
      return judgement('no database yet: the first cycle makes it');
    }
    details['exists'] = true;
    problems.push(...foreignSideFiles(path));
    if (whyNotWritable(path) !== null) throw databaseError(path, { code: 'SQLITE_READONLY', message: 'not writable' });
    checkHeader(path);
    await probe(path, context, { problems, details });
  } catch (thrown) {
    const isOfSystem = /^E[A-Z0-9]+$/.test(errorCode(thrown)); // not a defect of this program
    const { message, remediation, type } = isOfSystem ? fileError('use', path, thrown) : asMonitorError(thrown);
    const isReplacedByNextCycle = type === 'database_corrupt';
    problems.unshift({
      status: 'fail',
      message: isReplacedByNextCycle ? `${message} The next cycle moves it aside and starts a new one` : message,
      remediation,
      stops: isReplacedByNextCycle ? [] : COLLECTORS,
    });
  }
  const age = typeof details['integrity_age'] === 'string' ? `, ${details['integrity_age']}` : '';
  const size = megabytes(Number(details['size_bytes']));
  return judgement(`a row can be stored in ${path}, schema ${SCHEMA_VERSION}, ${size}${age}`);
}

interface Findings {
  problems: Problem[];
  details: Record<string, unknown>;
}

async function probe(path: string, context: CheckContext, { problems, details }: Findings): Promise<void> {
  const { signal } = context;
  const { storage } = context.config;
  const lock = await lockDatabase(storage);
  const database = await Database.open(path, 'read-write').catch(async (thrown: unknown) => {
    await lock.release();
    throw thrown;
  });
  try {
    const limits = { busyTimeoutMs: LOCK_WAIT_MS, signal };
    const startedAt = performance.now();
    await whileLocked(limits, async (sliceMs) => {
      database.setBusyTimeout(sliceMs);
      const pragma = async (name: string) => Object.values((await database.get(`PRAGMA ${name}`)) ?? {})[0] ?? null;
      details['journal_mode'] = await pragma('journal_mode');
      details['wal_autocheckpoint_pages'] = await pragma(`wal_autocheckpoint = ${storage.wal_autocheckpoint_pages}`);
      details['schema_version'] = await pragma('user_version');
      await refuseOtherPrograms(database, Number(details['schema_version']));
      await writeAndRollBack(database);
    });
    details['write_ms'] = Math.round(performance.now() - startedAt);
    details['busy_timeout_ms'] = storage.busy_timeout_ms;
    const file = statSync(path);
    details['size_bytes'] = file.size;
    details['wal_bytes'] = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    details['wal_waiting_pages'] = await waitingPages(database, Number(details['wal_bytes']));
    problems.push(...walProblems(path, storage, details));
    const { result, age } = await integrityAtMostOnceADay(context, file, () => quickCheck(database, signal));
    details['integrity'] = result;
    if (age !== null) details['integrity_age'] = age;
  } finally {
    await database.close().catch(() => undefined);
    await lock.release();
  }
}

/**
 * The row is larger than the page cache, so that pages are really written to the disk before the rollback, which shows a
 * full disk. What was written is behind the end of the WAL, where the next writer overwrites it.
 */
async function writeAndRollBack(database: Database): Promise<void> {
  await database.exec('PRAGMA cache_size = 1');
  try {
    await database.exec(`BEGIN IMMEDIATE; INSERT INTO word (text) VALUES ('health ' || hex(zeroblob(6000))); ROLLBACK`);
  } catch (thrown) {
    await database.exec('ROLLBACK').catch(() => undefined); // no transaction is open if BEGIN failed
    throw thrown;
  }
}

/**
 * How many pages of the WAL cannot be copied into the database because of a reader. SQLite reports that only when it
 * copies the others, as the next commit of a collector does; no other process has to wait for it.
 */
async function waitingPages(database: Database, walBytes: number): Promise<number> {
  if (walBytes <= OVERSIZED_PAGES * PAGE_BYTES) return 0;
  const wal = await database.get<{ log: number; checkpointed: number }>('PRAGMA wal_checkpoint(PASSIVE)');
  return wal === undefined ? 0 : wal.log - wal.checkpointed;
}

/**
 * @returns the directory, or the nearest one above it that exists
 * @throws MonitorError if the database, or a new one, could not be written there
 */
function proveDirectory(directory: string): string {
  const place = existingPartOf(directory);
  const isDirectory = statSync(place).isDirectory();
  const obstacle = isDirectory ? whyNotWritable(place) : 'it is not a directory';
  if (obstacle !== null) {
    const mine = process.geteuid?.() ?? 0;
    throw new MonitorError(`${place} cannot be written: ${obstacle}`, {
      type: 'database_readonly',
      permanent: true,
      remediation: isDirectory
        ? `Give it to the user of the collectors (user ${mine}): sudo chown ${mine} '${place}' && chmod u+rwx '${place}'`
        : `Move it away: mv '${place}' '${place}.other'`,
    });
  }
  refuseNetworkFileSystem(place);
  return place;
}
