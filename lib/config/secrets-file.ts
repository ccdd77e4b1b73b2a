/** Which users may read the file with the keys. */
import { accessSync, constants, statSync } from 'node:fs';
import { describeFileError, errorCode } from '../files/file-error';
import { shellQuoted } from '../wording';

export interface SecretsFileState {
  /** permission bits: 0o600 */
  mode: number;
  /** other users than the owner may read or change it */
  othersMayUse: boolean;
  /** owner's user id if that is neither this user nor root; such an owner can change what we log in with */
  foreignOwner: number | null;
  /** on a read-only file system (a container's secret) nobody can change the mode */
  readOnlyMount: boolean;
}

/** @throws the file system's error if the file cannot be checked */
export function secretsFileState(file: string): SecretsFileState {
  const { mode, uid } = statSync(file);
  const user = process.geteuid?.() ?? uid;
  return {
    mode: mode & 0o7777,
    othersMayUse: (mode & 0o077) !== 0,
    // Root reads the files of the user that cron runs as: one `sudo` by hand is not a fault.
    foreignOwner: uid === user || uid === 0 || user === 0 ? null : uid,
    readOnlyMount: isReadOnly(file),
  };
}

/** A sentence for the log, with the command that fixes it; null if only the owner can use the file. Never throws. */
export function secretsModeWarning(file: string): string | null {
  let state: SecretsFileState;
  try {
    state = secretsFileState(file);
  } catch (thrown) {
    return `Cannot find out who else can use the secrets in ${file}: ${describeFileError(thrown)}`;
  }
  const { mode, othersMayUse } = state;
  if (!othersMayUse) return null;
  return `Other users can use the secrets in ${file} (mode ${mode.toString(8).padStart(4, '0')}): chmod 600 ${shellQuoted(file)}`;
}

function isReadOnly(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return false;
  } catch (thrown) {
    return errorCode(thrown) === 'EROFS';
  }
}
