/**
 * Whether other users could change a file, also by way of a folder above it: the question that OpenSSH's StrictModes
 * asks about its keys.
 */
import { lstatSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Somebody else may write there. */
export interface OpenToOthers {
  path: string;
  /** `can be written by every user` */
  what: string;
  /** what to type against it */
  command: string;
}

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
/** In such a folder (/tmp), only the owner of a file may rename or remove it. */
const STICKY = 0o1000;

/**
 * @param paths absolute; what is not there is left out
 * @param trusted user ids, beside root
 * @returns each path, or folder above one, once
 */
export function openToOthers(paths: readonly string[], trusted: readonly number[]): OpenToOthers[] {
  const found = new Map<string, OpenToOthers>();
  const seen = new Set<string>();
  for (const path of paths) {
    for (const part of [...partsOf(path), ...partsOf(realPathOf(path))]) {
      if (seen.has(part)) continue;
      seen.add(part);
      const weakness = weaknessOf(part, trusted);
      if (weakness !== null) found.set(part, weakness);
    }
  }
  return [...found.values()];
}

/** The path, and each folder above it. */
function partsOf(path: string): string[] {
  const parts = [resolve(path)];
  for (let part = dirname(parts[0] ?? '/'); part !== parts.at(-1); part = dirname(part)) parts.push(part);
  return parts;
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function weaknessOf(path: string, trusted: readonly number[]): OpenToOthers | null {
  const file = statOf(path);
  if (file === undefined || file.isSymbolicLink()) return null; // a link is as safe as its folder and its target
  const { uid, gid, mode } = file;
  const quoted = `'${path.replaceAll("'", "'\\''")}'`;
  if (uid !== 0 && !trusted.includes(uid)) {
    return { path, what: `belongs to user ${uid}`, command: `sudo chown ${process.geteuid?.() ?? 0} ${quoted}` };
  }
  if (file.isDirectory() && (mode & STICKY) !== 0) return null;
  if ((mode & OTHERS_WRITE) !== 0) {
    return { path, what: 'can be written by every user', command: `chmod go-w ${quoted}` };
  }
  if ((mode & GROUP_WRITES) !== 0 && !isPrivateGroup(gid, uid)) {
    return { path, what: `can be written by the group ${gid}`, command: `chmod g-w ${quoted}` };
  }
  return null;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // a folder that this user may not enter
  }
}

/** Many systems give each user a group of their own, and every file the right to write for that group. */
function isPrivateGroup(gid: number, uid: number): boolean {
  const users = linesOf('/etc/passwd').map(([name, , id, group]) => ({ name, uid: Number(id), gid: Number(group) }));
  const owner = users.find((user) => user.uid === uid)?.name;
  const members = linesOf('/etc/group').find(([, , id]) => Number(id) === gid)?.[3] ?? '';
  const others = [
    ...users.filter((user) => user.gid === gid && user.uid !== uid && user.uid !== 0),
    ...members.split(',').filter((member) => member !== '' && member !== owner),
  ];
  return users.length > 0 && others.length === 0;
}

function linesOf(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => line.split(':'));
  } catch {
    return [];
  }
}
