/** A name survives a power cut only when its folder is on the disk, too. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { errorCode } from './file-error';

/** Makes a creation, a renaming or a removal inside `directory` survive a power cut, if the file system can. */
export function syncDirectory(directory: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(directory, 'r');
    fsyncSync(handle);
  } catch (thrown) {
    // A directory that may be written but not read, or a file system that does not know the call.
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(errorCode(thrown))) throw thrown;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
