/** What is there of a path that is made only when it is first needed. */
import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, fileError } from './file-error';

/**
 * The path itself, or the nearest part of it that exists: where it would be created. That may be a file.
 * @throws MonitorError `file_system` if this user cannot look at it (a folder above it is closed), or if a part of it is
 * a link that leads nowhere: nothing can be made there
 */
export function existingPartOf(path: string): string {
  for (let part = path; ; part = dirname(part)) {
    try {
      statSync(part);
      return part;
    } catch (thrown) {
      const code = errorCode(thrown);
      const isMissing = ['ENOENT', 'ENOTDIR'].includes(code) && part !== dirname(part);
      const isDeadLink = code === 'ENOENT' && lstatSync(part, { throwIfNoEntry: false }) !== undefined;
      if (!isMissing || isDeadLink) throw fileError('look at', path, thrown);
    }
  }
}
