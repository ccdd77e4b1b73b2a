/** One `sudo` by hand must not break cron: what root creates belongs to the owner of the directory it lies in. */
import { existsSync, fchownSync, fstatSync, lchownSync, lstatSync, mkdirSync, statSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode, fileError } from './file-error';
import { syncDirectory } from './sync-directory';

/** Root without the right to give files away (container, NFS root_squash, FAT) leaves them as they are. */
const CANNOT_GIVE_AWAY = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS']);

/** Whether this process may give files away at all. */
export function runsAsRoot(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * As root, gives `path` (itself, if it is a link) the owner and group of `model`, which is the directory it lies
 * in; else does nothing.
 */
export function ownLike(model: string, path: string): void {
  if (runsAsRoot()) give(statSync(model), lstatSync(path), (uid, gid) => lchownSync(path, uid, gid));
}

/** The same for a file that is open: another file that has its name by now is left alone. */
export function ownOpenFileLike(model: string, descriptor: number): void {
  if (runsAsRoot()) give(statSync(model), fstatSync(descriptor), (uid, gid) => fchownSync(descriptor, uid, gid));
}

function give(like: Stats, now: Stats, chown: (uid: number, gid: number) => void): void {
  if (now.uid === like.uid && now.gid === like.gid) return;
  try {
    chown(like.uid, like.gid);
  } catch (thrown) {
    if (!CANNOT_GIVE_AWAY.has(errorCode(thrown))) throw thrown;
  }
}

/** The owner of a file that this program wrote at `path`: the user we run as; as root, the owner of its directory. */
export function ownerOfOurFiles(path: string): number {
  const user = process.getuid?.() ?? 0;
  return user === 0 ? statSync(dirname(path)).uid : user;
}

/** Whose folder this is, if it is neither ours nor root's; null also as root, or if that cannot be seen. */
export function foreignOwner(directory: string): number | null {
  const mine = process.geteuid?.() ?? 0;
  try {
    const { uid } = statSync(directory);
    return mine === 0 || uid === 0 || uid === mine ? null : uid;
  } catch {
    return null;
  }
}

/**
 * Creates a directory with all its missing parents; as root, each new one takes the owner of its parent.
 * @throws MonitorError `file_system`
 */
export function makeDirectory(path: string, mode = 0o777): void {
  try {
    makeWithParents(resolve(path), mode);
  } catch (thrown) {
    throw fileError('create the directory', path, thrown, path);
  }
}

/**
 * Step by step, because Node's own `recursive` never ends if a folder is there and nothing can be made in it (/proc).
 */
function makeWithParents(path: string, mode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  try {
    mkdirSync(path, mode);
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST' && statSync(path).isDirectory()) return; // another process was faster
    if (errorCode(thrown) !== 'ENOENT' || existsSync(parent)) throw thrown;
    makeWithParents(parent, mode);
    makeWithParents(path, mode);
    return;
  }
  ownLike(parent, path);
  syncDirectory(parent);
}
