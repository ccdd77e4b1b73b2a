/** What the operating system's error codes mean for the user. */
import { dirname } from 'node:path';
import { MonitorError } from '../errors';

/** code → what happened, in words */
const MEANINGS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is a file, not a directory',
  EEXIST: 'something else of that name is there',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EIO: 'input/output error of the disk',
};

/** Codes after which the same call fails again until somebody fixes something by hand. */
const PERMANENT = new Set(['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** The `code` of a thrown Node.js error, or '' (jest's errors are not `instanceof Error`: look at the property). */
export function errorCode(thrown: unknown): string {
  const code: unknown = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** `permission denied (EACCES)`, or the message of the error if its code is unknown. */
export function describeFileError(thrown: unknown): string {
  const code = errorCode(thrown);
  const meaning = MEANINGS[code];
  if (meaning !== undefined) return `${meaning} (${code})`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * A `file_system` error about one path.
 * @param action what could not be done: `write`, `create`
 */
export function fileError(action: string, path: string, thrown: unknown): MonitorError {
  if (thrown instanceof MonitorError) return thrown; // it says already what is wrong with which file
  const code = errorCode(thrown);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new MonitorError(`Cannot ${action} ${path}: ${describeFileError(thrown)}.`, {
    type: 'file_system',
    permanent: PERMANENT.has(code),
    remediation: full
      ? `Make room on the disk: df -h '${dirname(path)}'`
      : `Look at the owner and the mode of each part of the path: namei -l '${path}'`,
    cause: thrown,
  });
}
