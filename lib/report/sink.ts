/** The destination of a report: a file, written completely or not at all, or standard output. */
import { lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ALERT_FILE } from '../alert/alert-file';
import { ALERT_STATE_FILE } from '../alert/alert-state';
import { MonitorError } from '../errors';
import { HOME_ALERTS_FILE } from '../home-alerts/state';
import { fileError } from '../files/file-error';
import { syncStandardOutput, writeStandardOutput } from '../files/standard-output';
import { BASELINE_FILE } from '../perf/baseline-file';
import { openWhole } from '../files/write-whole';
import { SOURCES } from '../sources/all';
import { databasePath, INTEGRITY_FILE, sideFiles } from '../store/files';
import { CURSOR_FILE } from './cursor';
import { shellQuoted } from '../wording';

export interface Sink {
  write(text: string): void;
  /** When it returns, what was written is safe. */
  finish(): void;
  discard(): void;
}

/**
 * @param dataDirectory no report may overwrite a file in it that belongs to the program
 * @param others configuration and secrets, which it may not overwrite either
 * @throws MonitorError `usage` if the file must not be replaced
 */
export function fileSink(path: string, dataDirectory: string, others: readonly string[] = []): Sink {
  const target = resolve(path);
  refuseToReplace(path, [...filesOfCollectors(dataDirectory), ...others], {
    inFolder: (folder) => `Name a file in it: --output ${shellQuoted(join(folder, 'report.html'))}`,
    noFile: `Leave out --output and redirect: ... > ${shellQuoted(target)}`,
  });
  return openWhole(target, { mode: modeOf(target), ofTheUser: true });
}

/** The mode that a shell's `>` would give to a new file; an existing file keeps its mode. */
function modeOf(target: string): number {
  const existing = statSync(target, { throwIfNoEntry: false });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- no other thread of this process creates files
  return existing === undefined ? 0o666 & ~process.umask() : existing.mode & 0o777;
}

/** What the collectors and health keep in the data directory. */
export function filesOfCollectors(dataDirectory: string): string[] {
  const database = databasePath(dataDirectory);
  const ofSources = SOURCES.flatMap(({ program, stateFiles }) => [...stateFiles, `${program}.last-failure.json`]);
  const others = [CURSOR_FILE, INTEGRITY_FILE, BASELINE_FILE, HOME_ALERTS_FILE, 'publish-state.json'];
  const names = [ALERT_FILE, ALERT_STATE_FILE, ...ofSources, ...others];
  return [database, ...sideFiles(database), ...names.map((name) => join(dataDirectory, name))];
}

/** What to do instead. */
export interface Advice {
  inFolder: (folder: string) => string;
  noFile: string;
}

/** @throws MonitorError `usage` for a device, a pipe or a folder, and for one of our own files */
export function refuseToReplace(path: string, own: readonly string[], { inFolder, noFile }: Advice): void {
  const target = resolve(path);
  const existing = existingAt(target);
  if (existing?.isDirectory() === true || (existing === undefined && path.endsWith('/'))) {
    throw refused(target, existing === undefined ? 'is not an existing folder' : 'is a folder', inFolder(target));
  }
  if (existing !== undefined && !existing.isFile()) throw refused(target, 'is not a file', noFile);
  if (own.some((file) => realPath(file) === realPath(target))) {
    throw refused(target, "is one of this program's own files", 'Choose another file.');
  }
}

function existingAt(target: string): Stats | undefined {
  try {
    return statSync(target, { throwIfNoEntry: false });
  } catch (thrown) {
    throw fileError('write', target, thrown);
  }
}

/** The real path of a file that may not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    return isThere ? join(realpathSync(folder), path.slice(folder.length)) : path;
  }
}

function refused(target: string, why: string, remediation: string): MonitorError {
  return new MonitorError(`${target} ${why}: it will not be replaced`, { type: 'usage', permanent: true, remediation });
}

/** @param write writes to a file descriptor; tests replace it */
export function stdoutSink(write?: (bytes: Uint8Array) => number): Sink {
  return {
    write: (text) => writeStandardOutput(text, write),
    finish: syncStandardOutput,
    discard: () => undefined,
  };
}
