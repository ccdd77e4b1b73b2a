/**
 * Would a cycle be stored now? Health does what a collector does, in the same order and by the same code: a cycle is
 * written and rolled back, in a lock of some milliseconds.
 */
import { statSync } from 'node:fs';
import { asMonitorError } from '../../errors';
import { errorCode, fileError } from '../../files/file-error';
import { existingPartOf } from '../../files/existing-part';
import { COLLECTORS } from '../../sources/all';
import { refuseUnmounted } from '../../store/data-directory';
import { Database } from '../../store/database';
import { lockDatabase } from '../../store/database-lock';
import { loadDriver } from '../../store/driver';
import { checkHeader, databasePath, refuseOddFiles } from '../../store/files';
import { cycleLockPath } from '../../store/lock';
import { refuseOtherPrograms } from '../../store/other-programs';
import { proveRow, proveRowOfOlder } from '../../store/prove-row';
import { proveDatabaseFiles, proveLock, proveNewDatabase } from '../../store/prove-writable';
import { SCHEMA_VERSION } from '../../store/schema';
import { OVERSIZED_PAGES, PAGE_BYTES } from '../../store/wal-size';
import { whileLocked } from '../../store/while-locked';
import { megabytes } from '../../wording';
import type { CheckContext, Judgement, Problem } from '../../check/check';
import { asOwner } from '../as-owner';
import { besideProblems, foreignSideFiles, noSpool, walProblems } from './database-files';
import { quickCheck } from './quick-check';
import { integrityAtMostOnceADay } from './remembered-integrity';

/** A collector holds the lock for milliseconds, the replay of a spool for tenths of a second: a longer time is a fault. */
const LOCK_WAIT_MS = 4000;
/** Not that of the collectors, which may be at work: by `sudo`, it would be in their way for a moment. */
const PROBE = '.health-write-test';

export async function checkDatabase(context: CheckContext): Promise<Judgement> {
  const { storage } = context.config;
  const path = databasePath(storage.data_directory);
  const details: Record<string, unknown> = { path, exists: false };
  const problems: Problem[] = [];
  const judgement = (message: string) => ({ message, problems, details });
  const withoutDatabase = async (place: string) => {
    const obstacle = await proveNewDatabase(storage, place);
    // A spool that is there already has been tried beside.
    if (obstacle !== null && problems.length === 0) problems.push(noSpool(storage, obstacle));
    return judgement('no database yet: the first cycle makes it');
  };
  try {
    const { NAME, VERSION } = loadDriver();
    details['driver'] = NAME;
    details['sqlite_version'] = VERSION;
    refuseUnmounted(storage);
    const place = existingPartOf(storage.data_directory);
    if (place !== storage.data_directory) {
      return await withoutDatabase(place);
    }
    for (const collector of context.installation.enabled) {
      proveLock(cycleLockPath(storage, collector), storage.data_directory);
    }
    proveDatabaseFiles(storage, PROBE);
    problems.push(...besideProblems(storage, details));
    refuseOddFiles(path);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      return await withoutDatabase(place);
    }
    details['exists'] = true;
    problems.push(...foreignSideFiles(path));
    checkHeader(path);
    await probe(path, context, { problems, details });
  } catch (thrown) {
    const isOfSystem = /^E[A-Z0-9]+$/.test(errorCode(thrown)); // not a defect of this program
    const failure = isOfSystem ? fileError('use', path, thrown, storage.data_directory) : asMonitorError(thrown);
    const { message, remedy, type } = failure;
    const isReplacedByNextCycle = type === 'database_corrupt';
    problems.unshift({
      status: 'fail',
      message: isReplacedByNextCycle ? `${message} The next cycle moves it aside and starts a new one` : message,
      remediation: asOwner(storage.data_directory, remedy),
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
      await (details['schema_version'] === SCHEMA_VERSION ? proveRow : proveRowOfOlder)(database);
    });
    details['write_ms'] = Math.round(performance.now() - startedAt);
    details['busy_timeout_ms'] = storage.busy_timeout_ms;
    const file = statSync(path);
    details['size_bytes'] = file.size;
    details['wal_bytes'] = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    details['wal_waiting_pages'] = await waitingPages(database, Number(details['wal_bytes']));
    problems.push(...walProblems(path, storage, details));
    const { result, age } = await integrityAtMostOnceADay(context, file, () => quickCheck(path, signal));
    details['integrity'] = result;
    if (age !== null) details['integrity_age'] = age;
  } finally {
    await database.close().catch(() => undefined);
    await lock.release();
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
