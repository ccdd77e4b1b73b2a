/** Where a report goes: a file, whole or not at all, or standard output. */
import { lstatSync, realpathSync, statSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { openWhole } from '../files/write-whole';
import { databasePath, sideFiles } from '../store/files';

export interface Sink {
  write(text: string): void;
  /** When it returns, what was written is safe. */
  finish(): void;
  discard(): void;
}

/**
 * @param dataDirectory whose files no report may overwrite
 * @throws MonitorError `usage` where the file is something that must not be replaced
 */
export function fileSink(path: string, dataDirectory: string): Sink {
  const target = resolve(path);
  refuseToReplace(target, dataDirectory);
  return openWhole(target, { mode: modeOf(target) });
}

/** As a shell's `>` would make it; a file that is there keeps its mode. */
function modeOf(target: string): number {
  const existing = statSync(target, { throwIfNoEntry: false });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- this process has no other thread that makes files
  return existing === undefined ? 0o666 & ~process.umask() : existing.mode & 0o777;
}

/** @throws MonitorError `usage` for a device, a pipe or a folder, and for our own data */
export function refuseToReplace(target: string, dataDirectory: string): void {
  const existing = statSync(target, { throwIfNoEntry: false });
  if (existing !== undefined && !existing.isFile()) {
    throw refused(target, 'is not a file', `Leave out --output and redirect: ... > '${target}'`);
  }
  const database = databasePath(dataDirectory);
  const own = [database, ...sideFiles(database), join(dataDirectory, 'export-cursor.json')];
  if (own.some((file) => realPath(file) === realPath(target))) {
    throw refused(target, "is one of the collectors' own files", 'Choose another file.');
  }
}

/** Of a file that need not exist. */
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

/** Standard output was closed by its reader, as `head` does. */
export class ReaderGone extends MonitorError {
  constructor() {
    super('standard output was closed before all was written', {
      type: 'file_system',
      remediation: 'Run it again: with --since-last, everything that was new is still new.',
    });
  }
}

const STDOUT = 1;

/**
 * Written at once, not through Node's stream: what was written has left this process when `write` returns.
 * @param write of a file descriptor, replaced in tests
 */
export function stdoutSink(write: (bytes: Uint8Array) => number = (bytes) => writeSync(STDOUT, bytes)): Sink {
  return {
    write(text) {
      let rest = Buffer.from(text);
      while (rest.length > 0) {
        try {
          rest = rest.subarray(write(rest));
        } catch (thrown) {
          if (errorCode(thrown) === 'EPIPE') throw new ReaderGone();
          if (errorCode(thrown) !== 'EAGAIN') throw thrown;
          // A pipe that is full: its reader needs a moment.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        }
      }
    },
    finish: () => undefined,
    discard: () => undefined,
  };
}
