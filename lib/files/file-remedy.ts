/**
 * What to do about a file or folder that cannot be used: decided by what the system said, never by which file it was.
 */
import { realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Remedy } from '../errors';
import { shellQuoted } from '../wording';

/** Name the folder that is all ours if there is one: then one command is enough for all that lies in it. */
export function fileRemedy(code: string, path: string, tree?: string): Remedy {
  const place = shellQuoted(existingFolderOf(path));
  switch (code) {
    case 'ENOSPC':
      return hasNoInodes(path)
        ? { say: 'The disk has room, but no inodes left: remove files, many small ones', command: `df -i ${place}` }
        : { say: 'Make room on the disk', command: `df -h ${place}` };
    case 'EDQUOT':
      return { say: "Remove files of this user's, or ask for a larger quota", command: `df -h ${place}` };
    case 'EROFS':
      return {
        say: 'The disk is read-only, often because it has failed: see why, check it with fsck and mount it again',
        command: `findmnt -T ${place}; sudo dmesg | tail`,
      };
    case 'EIO':
      return { say: 'Look for errors of the disk', command: 'sudo dmesg | tail' };
    case 'EFBIG':
      return {
        say: 'The file has the greatest length that this file system (FAT: 4 GB), or the limit of this user, allows',
        command: `findmnt -T ${place}; ulimit -f`,
      };
    case 'EMFILE':
      return { say: 'Allow this user more open files', command: 'ulimit -n' };
    case 'ENFILE':
      return { say: 'See which programs have so many files open', command: 'cat /proc/sys/fs/file-nr' };
    case 'ENODEV':
    case 'ENOSYS':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
      return {
        say: 'This file system lacks what is needed: name a folder on another disk in config.yaml (mergerfs: mount it with cache.files=auto-full)',
        command: `findmnt -T ${place}`,
      };
    case 'EACCES':
    case 'EPERM':
      return accessRemedy(code, path, tree);
    case 'ENOENT':
      return { ...namei(path), say: 'See which part of the path is missing' };
    case 'ENOTDIR':
    case 'EEXIST':
      return inTheWay(path);
    default:
      return namei(path);
  }
}

/** A file where a folder should be, perhaps further up. */
function inTheWay(path: string): Remedy {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    if (typeof ownerOf(part) !== 'number') continue;
    if (statSync(part).isDirectory()) break;
    return { say: 'Move it away', command: `mv ${shellQuoted(part)} ${shellQuoted(`${part}.other`)}` };
  }
  return namei(path);
}

function namei(path: string): Remedy {
  return { say: 'Look at the owner and the mode of each part of the path', command: `namei -l ${shellQuoted(path)}` };
}

/** One command for the whole folder: else the next file in it is the next failure. */
function accessRemedy(code: string, path: string, tree: string | undefined): Remedy {
  const mine = process.geteuid?.() ?? 0;
  if (tree === undefined || mine === 0) return namei(path);
  const owner = ownerOf(tree);
  if (owner === 'missing') {
    return {
      say: `Make it for the user of the collectors (user ${mine})`,
      command: `sudo install -d -o ${mine} ${shellQuoted(tree)}`,
    };
  }
  if (owner === 'hidden') return namei(path);
  const whole = shellQuoted(realpathSync(tree)); // chown -R does not go into a link
  const foreign = owner !== mine || ![mine, 'missing'].includes(ownerOf(path));
  if (!foreign && code === 'EPERM') {
    const say = 'Its disk or a flag forbids it: see which, or name a folder on another disk in config.yaml';
    return { say, command: `findmnt -T ${whole}; lsattr -d ${whole}` };
  }
  const open = `chmod -R u+rwX ${whole}`;
  return foreign
    ? {
        say: `Give all of it to the user of the collectors (user ${mine})`,
        command: `sudo chown -R ${mine} ${whole} && ${open}`,
      }
    : { say: 'Open it for its own user', command: open };
}

function ownerOf(path: string): number | 'missing' | 'hidden' {
  try {
    return statSync(path, { throwIfNoEntry: false })?.uid ?? 'missing';
  } catch (thrown) {
    // Below a file nothing can be.
    return typeof thrown === 'object' && (thrown as { code?: unknown }).code === 'ENOTDIR' ? 'missing' : 'hidden';
  }
}

/** Btrfs and others count no inodes: they say that there are none. */
export function hasNoInodes(path: string): boolean {
  try {
    const { files, ffree } = statfsSync(existingFolderOf(path));
    return files > 0 && ffree === 0;
  } catch {
    return false;
  }
}

function existingFolderOf(path: string): string {
  let folder = dirname(path);
  try {
    if (statSync(path).isDirectory()) folder = path;
  } catch {
    // It is not there, or it is hidden: its folder will do.
  }
  while (folder !== dirname(folder) && ownerOf(folder) === 'missing') folder = dirname(folder);
  return folder;
}
