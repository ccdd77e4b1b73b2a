/** What can be told of a directory that is made only when it is first needed. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../files/file-error';

/**
 * The path itself, or the nearest folder above it that exists: where it would be created.
 * @throws the system's error where it cannot be looked at (a part of the path is a file, or closed to this user)
 */
export function existingPartOf(path: string): string {
  for (let part = path; ; part = dirname(part)) {
    try {
      statSync(part);
      return part;
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT' || part === dirname(part)) throw thrown;
    }
  }
}
