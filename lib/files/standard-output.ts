/** Standard output without Node's stream: what was written has left this process when the call returns. */
import { fstatSync, fsyncSync, readlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { MonitorError } from '../errors';
import { describeFileError, errorCode } from './file-error';
import { syncDirectory } from './sync-directory';

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
/** A reader that takes nothing for so long is given up. */
const MAX_WAIT_MS = 10_000;

/**
 * @param write of a file descriptor, replaced in tests
 * @throws MonitorError `file_system` if the output is lost, ReaderGone if the reader has closed it
 */
export function writeStandardOutput(
  text: string,
  write: (bytes: Uint8Array) => number = (bytes) => writeSync(STDOUT, bytes),
): void {
  let rest = Buffer.from(text);
  const givenUpAt = performance.now() + MAX_WAIT_MS;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(write(rest));
    } catch (thrown) {
      if (errorCode(thrown) !== 'EAGAIN' || performance.now() > givenUpAt) throw lost(thrown);
      // A pipe that is full: its reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/**
 * When it returns, what was written survives a power cut, if standard output is a file.
 * @throws MonitorError `file_system`
 */
export function syncStandardOutput(): void {
  if (!fstatSync(STDOUT).isFile()) return;
  try {
    fsyncSync(STDOUT);
    syncDirectory(dirname(readlinkSync('/proc/self/fd/1')));
  } catch (thrown) {
    if (!['EINVAL', 'ENOTSUP', 'ENOENT'].includes(errorCode(thrown))) throw lost(thrown);
  }
}

/** Not our defect: the disk behind `> FILE` is full, the terminal is gone. */
function lost(thrown: unknown): MonitorError {
  const code = errorCode(thrown);
  if (code === 'EPIPE') return new ReaderGone();
  return new MonitorError(`the output cannot be written: ${describeFileError(thrown)}`, {
    type: 'file_system',
    permanent: true,
    remediation:
      code === 'ENOSPC' || code === 'EDQUOT'
        ? 'Make room where the output is redirected to: df -h'
        : 'Look at where the output is redirected to, and run it again.',
    cause: thrown,
  });
}
