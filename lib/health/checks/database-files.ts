/** What the files beside the database show about it. */
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StorageConfig } from '../../config/config';
import { asMonitorError, type MonitorError } from '../../errors';
import { recoveryOf } from '../../store/database-error';
import { sideFiles } from '../../store/files';
import { proveSpool } from '../../store/prove-writable';
import { spoolDirectory, spooledFiles } from '../../store/spool';
import { oversizedPages, PAGE_BYTES } from '../../store/wal-size';
import { RUN_A_CYCLE } from '../../sources/all';
import { shellQuoted } from '../../wording';
import type { Problem } from '../../check/check';
import { asOwner } from '../as-owner';

/** What waits in the spool, and what was moved aside: nothing is lost, but the user should know. */
export function besideProblems(storage: StorageConfig, details: Record<string, unknown>): Problem[] {
  const obstacle = obstacleInSpool(storage);
  const waiting = obstacle === null ? spooledFiles(storage) : [];
  const spoolBytes = waiting.reduce((sum, file) => sum + (lstatSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  const damaged = filesIn(join(storage.data_directory, 'spool-damaged'));
  const aside = filesIn(storage.data_directory).filter((name) => /^readings\.db\.corrupt-[0-9TZ]+$/.test(name));
  Object.assign(details, {
    spool_files: waiting.length,
    spool_bytes: spoolBytes,
    spool_damaged: damaged.length,
    set_aside: aside,
  });
  const problems: Problem[] = obstacle === null ? [] : [obstacle];
  if (waiting.length > 0) {
    const nearlyFull = spoolBytes > storage.spool_max_mb * 900_000;
    problems.push({
      status: nearlyFull ? 'fail' : 'warn',
      message: `${waiting.length} ${waiting.length === 1 ? 'cycle waits' : 'cycles wait'} in ${spoolDirectory(storage)} until the database can be written${nearlyFull ? '; the spool is nearly full, then readings are lost' : ''}`,
      remediation: { say: 'Once the database can be written, one cycle stores them', command: RUN_A_CYCLE },
    });
  }
  if (damaged.length > 0) {
    const directory = join(storage.data_directory, 'spool-damaged');
    problems.push({
      status: 'warn',
      message: `${damaged.length} damaged spool ${damaged.length === 1 ? 'file lies' : 'files lie'} in ${directory}`,
      remediation: {
        say: `See whether they contain something to save; if not, remove the folder (rm -r ${shellQuoted(directory)})`,
        command: `ls -l ${shellQuoted(directory)}`,
      },
    });
  }
  for (const name of aside) {
    const file = join(storage.data_directory, name);
    problems.push({
      status: 'warn',
      message: `${file} is a damaged database that was moved aside; a new one was started`,
      remediation: { ...recoveryOf(file), say: 'Store what can be read of it, and then remove it' },
    });
  }
  return problems;
}

function obstacleInSpool(storage: StorageConfig): Problem | null {
  const directory = spoolDirectory(storage);
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return null; // the first cycle makes it
  try {
    proveSpool(storage, '.health-write-test');
    return null;
  } catch (thrown) {
    return noSpool(storage, asMonitorError(thrown));
  }
}

/** Cycles are still stored; but if the database ever cannot be written, their readings are lost. */
export function noSpool(storage: StorageConfig, { message, remedy }: MonitorError): Problem {
  return {
    status: 'fail',
    message: `no reading can be kept in ${spoolDirectory(storage)} while the database cannot be written: ${message}`,
    remediation: asOwner(storage.data_directory, remedy),
    stops: [],
  };
}

function filesIn(directory: string): string[] {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(directory) : [];
}

/**
 * Side files of another user: a user who only read the database may have left them, and then every write of its owner
 * fails (docs/internals/database.md). A group that shares the database and may write its side files is not a fault.
 */
export function foreignSideFiles(path: string): Problem[] {
  const database = statSync(path);
  return sideFiles(path).flatMap((file): Problem[] => {
    const side = statSync(file, { throwIfNoEntry: false });
    if (side === undefined || side.uid === database.uid) return [];
    const shared = side.gid === database.gid && (side.mode & 0o020) !== 0 && (database.mode & 0o020) !== 0;
    if (shared) return [];
    return [
      {
        status: 'fail',
        message: `${file} belongs to user ${side.uid}, the database to user ${database.uid}: the owner of the database cannot write`,
        remediation: {
          say: 'Give all of it back to the user of the database',
          command: `sudo chown -R ${database.uid} ${shellQuoted(dirname(path))}`,
        },
        stops: [],
      },
    ];
  });
}

/** @param details as filled in by the check: journal_mode, wal_autocheckpoint_pages, wal_waiting_pages */
export function walProblems(path: string, storage: StorageConfig, details: Record<string, unknown>): Problem[] {
  const problems: Problem[] = [];
  const pages = storage.wal_autocheckpoint_pages;
  if (details['journal_mode'] !== 'wal') {
    problems.push({
      status: 'fail',
      message: `${path} is in journal mode ${String(details['journal_mode'])}, not WAL: readers and collectors block each other`,
      remediation: { say: 'The next cycle switches WAL on again', command: RUN_A_CYCLE },
      stops: [],
    });
  }
  if (details['wal_autocheckpoint_pages'] !== pages) {
    problems.push({
      status: 'fail',
      message: `SQLite does not take storage.wal_autocheckpoint_pages: ${pages}, it answers ${String(details['wal_autocheckpoint_pages'])}`,
      remediation: { say: 'Correct it in config.yaml, then', command: 'node bin/health.js database' },
      stops: [],
    });
  }
  // The file keeps its size for some time after its pages were copied back: only the pages that still wait count.
  const waitingPages = Number(details['wal_waiting_pages']);
  if (waitingPages > oversizedPages(storage)) {
    problems.push({
      status: 'fail',
      message: `${path}-wal has grown to ${Math.round((waitingPages * PAGE_BYTES) / 1_000_000)} MB that cannot be copied into the database: a reader that never ends prevents it`,
      remediation: {
        say: 'See who has it open, and end that program; the next cycle does the rest',
        command: `fuser -v ${shellQuoted(path)}`,
      },
      stops: [],
    });
  }
  return problems;
}
