/** A file is written whole or not at all: a reader sees, at any moment, the old content or the new. */
import { closeSync, fchmodSync, fsyncSync, openSync, readlinkSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorCode, fileError } from './file-error';
import { ownOpenFileLike, runsAsRoot } from './ownership';
import { removeIfThere } from './remove-if-there';
import { syncDirectory } from './sync-directory';
import { clearTemporaries, temporaryFor } from './temporaries';

export interface WriteWholeOptions {
  /** permission bits of the new file, for any umask; default 0600 */
  mode?: number;
  /** a file of the user's (configuration, a report): if it is a link, its target is replaced; it keeps its owner */
  ofTheUser?: boolean;
}

/**
 * Replaces `path` (or creates it): temporary file next to it, fsync, rename, fsync of the directory. When it returns,
 * the new content survives a power cut; when it throws, the old content is untouched. What has the name now is
 * replaced itself, also a link. As root, the file takes its directory's owner (a user's own file: only if it is new, or
 * root's).
 * @throws MonitorError `file_system`
 */
export function writeWhole(path: string, content: string | Uint8Array, options: WriteWholeOptions = {}): void {
  const file = openWhole(path, options);
  file.write(content);
  file.finish();
}

/** A file that grows piece by piece and appears when it is finished. */
export interface WholeFile {
  /** @throws MonitorError `file_system`; the file is then discarded */
  write(content: string | Uint8Array): void;
  /** @throws MonitorError `file_system`; the file is then discarded */
  finish(): void;
  /** The old content stays as it is. */
  discard(): void;
}

/**
 * As `writeWhole`, for content that does not fit into memory.
 * @throws MonitorError `file_system`
 */
export function openWhole(path: string, { mode = 0o600, ofTheUser = false }: WriteWholeOptions = {}): WholeFile {
  try {
    const target = ofTheUser ? followLinks(path) : resolve(path);
    const ownerModel = () => (ofTheUser ? ownerModelOf(target) : dirname(target));
    return startFile(path, target, { mode, ownerModel, tree: ofTheUser ? undefined : dirname(target) });
  } catch (thrown) {
    throw fileError('write', path, thrown, ofTheUser ? undefined : dirname(path));
  }
}

interface Finish {
  mode: number;
  /** whose owner the new file takes */
  ownerModel: () => string;
  /** the folder that is all ours, if it lies in one */
  tree: string | undefined;
}

function startFile(path: string, target: string, { mode, ownerModel, tree }: Finish): WholeFile {
  clearTemporaries(dirname(target));
  const temporary = temporaryFor(target);
  const file = create(temporary);
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false; // also if close fails: the number may belong to another file by now
    closeSync(file);
  };
  const discard = () => {
    try {
      close();
      removeIfThere(temporary);
    } catch {
      // The next writer of this file removes it; what failed first is what counts.
    }
  };
  const orDiscard = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      discard();
      throw fileError('write', path, thrown, tree);
    }
  };
  return {
    discard,
    write: (content) => orDiscard(() => writeFileSync(file, content)),
    finish: () =>
      orDiscard(() => {
        fchmodSync(file, mode);
        if (runsAsRoot()) ownOpenFileLike(ownerModel(), file);
        fsyncSync(file);
        close();
        renameSync(temporary, target);
        syncDirectory(dirname(target));
      }),
  };
}

/** 'wx' follows no link and shares no file, if somebody else guesses the name. */
function create(temporary: string): number {
  try {
    return openSync(temporary, 'wx', 0o600);
  } catch (thrown) {
    // A disk that fails may have made it nevertheless.
    if (errorCode(thrown) !== 'EEXIST') removeIfThere(temporary);
    throw thrown;
  }
}

/** The old file's owner stays, unless that is root's own by an earlier mistake. */
function ownerModelOf(target: string): string {
  return (statSync(target, { throwIfNoEntry: false })?.uid ?? 0) === 0 ? dirname(target) : target;
}

function followLinks(path: string): string {
  let target = resolve(path);
  for (let hop = 0; hop < 40; hop++) {
    try {
      target = resolve(dirname(target), readlinkSync(target));
    } catch (thrown) {
      // EINVAL: not a link; ENOENT: not there yet.
      if (['EINVAL', 'ENOENT'].includes(errorCode(thrown))) return target;
      throw thrown;
    }
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}
