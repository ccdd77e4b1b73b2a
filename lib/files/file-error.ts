/** What the operating system's error codes mean for the user. */
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';
import { deadLinkIn } from './dead-link';
import { fileRemedy } from './file-remedy';

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
  EMFILE: 'this process has too many open files',
  ENFILE: 'this machine has too many open files',
  EFBIG: 'the file is too large',
  ENODEV: 'the file system does not offer it',
  ENOSYS: 'the file system does not offer it',
  ENOTSUP: 'the file system does not offer it',
  EOPNOTSUPP: 'the file system does not offer it',
  EIO: 'input/output error of the disk',
};

/** Codes after which the same call fails again until somebody fixes something by hand. */
const PERMANENT = new Set([
  ...['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'],
  ...['EFBIG', 'ENODEV', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'],
]);

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
 * @param tree the folder around it that is all ours, if there is one: the remedy for foreign files is for all of it
 */
export function fileError(action: string, path: string, thrown: unknown, tree?: string): MonitorError {
  if (thrown instanceof MonitorError) return thrown; // it says already what is wrong with which file
  const code = errorCode(thrown);
  const dead = ['ENOENT', 'EEXIST'].includes(code) ? deadLinkIn(path) : null;
  if (dead !== null) {
    return new MonitorError(
      `Cannot ${action} ${path}: ${dead.link} is a symbolic link to ${dead.target}, which is not there.`,
      {
        type: 'file_system',
        permanent: true,
        remediation: {
          say: 'Mount or make what it leads to, or remove the link',
          command: `ls -l ${shellQuoted(dead.link)}`,
        },
        cause: thrown,
      },
    );
  }
  return new MonitorError(`Cannot ${action} ${path}: ${describeFileError(thrown)}.`, {
    type: 'file_system',
    permanent: PERMANENT.has(code),
    remediation: fileRemedy(code, path, tree),
    cause: thrown,
  });
}
