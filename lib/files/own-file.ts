/**
 * The only way to a file that this program keeps by itself: locks, probes, what is remembered, the spool, the logs.
 * Any other user who may write in its folder can put a link, a pipe or another file in its place. So it is opened
 * without following a link and without waiting for a pipe, it is checked through the same descriptor that is used
 * afterwards, and nothing in it is changed before that.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { MonitorError } from '../errors';
import { shellQuoted } from '../wording';
import { errorCode } from './file-error';
import { ownOpenFileLike } from './ownership';
import { removeIfThere } from './remove-if-there';

/** Something else lies where a file of ours should be: it is neither read nor written. */
export class NotOurFile extends MonitorError {
  readonly isDirectory: boolean;

  /** @param what `is a symbolic link` */
  constructor(
    readonly path: string,
    readonly what: string,
    file: Pick<Stats, 'isFile' | 'isDirectory'>,
  ) {
    // What a link, a pipe or a socket leads to stays when its name is removed; a folder or a file may hold something.
    const holdsNothing = !file.isFile() && !file.isDirectory();
    super(`${path} ${what}, and is not used.`, {
      type: 'file_system',
      permanent: true,
      remediation: holdsNothing
        ? { say: 'Remove it', command: `rm ${shellQuoted(path)}` }
        : { say: 'Move it away', command: `mv ${shellQuoted(path)} ${shellQuoted(`${path}.other`)}` },
    });
    this.isDirectory = file.isDirectory();
  }
}

/** A state file is replaced by renaming: that takes the name of anything but a folder. */
export function canBeReplaced(thrown: unknown): boolean {
  return thrown instanceof NotOurFile && !thrown.isDirectory;
}

/** `is a symbolic link`; null for a regular file. */
export function oddKindOf(file: Pick<Stats, keyof Stats & `is${string}`>): string | null {
  if (file.isFile()) return null;
  if (file.isSymbolicLink()) return 'is a symbolic link';
  if (file.isDirectory()) return 'is a directory';
  if (file.isFIFO()) return 'is a pipe';
  return file.isSocket() ? 'is a socket' : 'is a device';
}

/** Ours is what this user, the owner of the folder or root has made: they can do as they like there anyway. */
function foreignOwnerOf(file: Stats, path: string): string | null {
  const { uid } = file;
  if (uid === 0 || uid === (process.geteuid?.() ?? uid) || uid === statSync(dirname(path)).uid) return null;
  return `belongs to user ${uid}`;
}

/** Why a file is not used, in words; null for one of ours. */
export type Objection = (file: Stats, path: string) => string | null;

const NOT_OURS: Objection = (file, path) => oddKindOf(file) ?? foreignOwnerOf(file, path);

const WRITES = constants.O_WRONLY | constants.O_RDWR;

/** What is written here would change a file elsewhere, of the same owner, under its other name. */
const otherNameOf: Objection = ({ nlink }) => (nlink > 1 ? `has ${nlink - 1} more name (a hard link)` : null);

export interface OpenOptions {
  /** of a file that `flags` create */
  mode?: number;
  /** default: another kind than a regular file, or another owner */
  objection?: Objection;
  /** replaced in tests */
  open?: typeof openSync;
}

/**
 * @param flags of open(2), `constants.O_…`; never O_TRUNC: what is there is not known yet
 * @returns the descriptor
 * @throws NotOurFile, or the system's error
 */
export function openOwnFile(
  path: string,
  flags: number,
  { mode = 0o600, objection = NOT_OURS, open = openSync }: OpenOptions = {},
): number {
  let descriptor: number;
  try {
    descriptor = open(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, mode);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') refuseAt(path, objection);
    throw thrown;
  }
  try {
    const file = fstatSync(descriptor);
    refuse(file, path, objection);
    if ((flags & WRITES) !== 0) refuse(file, path, otherNameOf);
    return descriptor;
  } catch (thrown) {
    closeSync(descriptor);
    throw thrown;
  }
}

/** @throws NotOurFile, or the system's error */
export function readOwnFile(path: string, objection?: Objection): string {
  const descriptor = openOwnFile(path, constants.O_RDONLY, objection === undefined ? {} : { objection });
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * For a file that somebody else opens (SQLite), or that must not be opened and closed now.
 * @returns whether it is there
 * @throws NotOurFile, or the system's error
 */
export function isOwnFileThere(path: string): boolean {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file !== undefined) refuse(file, path, NOT_OURS);
  return file !== undefined;
}

/**
 * The same for a folder inside `data/` or `logs/`: files in a foreign one are foreign. A link to a folder on another
 * disk will do if one of us made it.
 * @throws NotOurFile, or the system's error; nothing if there is none
 */
export function refuseForeignDirectory(path: string): void {
  const folder = lstatSync(path, { throwIfNoEntry: false });
  const foreign = folder === undefined ? null : foreignOwnerOf(folder, path);
  if (folder === undefined || foreign === null) return;
  throw new NotOurFile(path, folder.isSymbolicLink() ? `is a symbolic link that ${foreign}` : foreign, folder);
}

/**
 * Proves that files can be kept where `path` is, as this program keeps them: makes one, fills it, gives it a mode,
 * renames it, and removes it again. Another process may prove the same at this moment.
 * @param mode absent: the mode of the files there does not matter
 * @throws NotOurFile, or the system's error; the file may be left
 */
export function proveWrite(path: string, bytes: Uint8Array, mode?: number): void {
  const renamed = `${path}.renamed`;
  isOwnFileThere(renamed);
  const descriptor = openOwnFile(path, constants.O_WRONLY | constants.O_CREAT);
  try {
    ownOpenFileLike(dirname(path), descriptor);
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    if (mode !== undefined) fchmodSync(descriptor, mode);
  } finally {
    closeSync(descriptor);
  }
  try {
    renameSync(path, renamed);
  } catch (thrown) {
    if (errorCode(thrown) !== 'ENOENT') throw thrown; // the other process has renamed it
  }
  removeIfThere(renamed);
}

/**
 * Gives a file that SQLite has written its mode and, as root, its folder's owner, and makes it survive a power cut.
 * @throws NotOurFile, or the system's error
 */
export function settleOwnFile(path: string, mode: number): void {
  const descriptor = openOwnFile(path, constants.O_RDONLY);
  try {
    fchmodSync(descriptor, mode);
    ownOpenFileLike(dirname(path), descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refuse(file: Stats, path: string, objection: Objection): void {
  const what = objection(file, path);
  if (what !== null) throw new NotOurFile(path, what, file);
}

/** Its kind may be why it could not be opened: the system says no more than ELOOP, ENXIO or EISDIR. */
function refuseAt(path: string, objection: Objection): void {
  let file: Stats | undefined;
  try {
    file = lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return; // what was thrown first is what counts
  }
  if (file !== undefined) refuse(file, path, objection);
}
