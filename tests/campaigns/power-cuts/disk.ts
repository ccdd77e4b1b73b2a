/**
 * A model of a disk: what was asked of it, and what of that is there after a power cut. A file is more than its name: a name
 * may survive without the bytes, and the bytes without the name.
 */
import { dirname } from 'node:path';
import type { Change } from './trace';

/** path → content; null: a folder */
export type Tree = ReadonlyMap<string, Buffer | null>;

/** What decides about each thing that was not synchronised. */
export interface Fate {
  /** whether a change of names that no fsync of its folder covers has reached the disk */
  keepsName(index: number): boolean;
  /** whether a block of a write that no fsync of its file covers has reached the disk */
  keepsBlock(index: number, block: number): boolean;
  /** bytes; a write is torn at its multiples */
  blockSize: number;
}

type NameChange = Extract<Change, { kind: 'create' | 'rename' | 'link' | 'remove' | 'folder' }>;
type ByteChange = Extract<Change, { kind: 'write' | 'truncate' }>;

interface Bytes {
  base: Buffer;
  changes: { index: number; change: ByteChange }[];
  /** changes up to this one are on the disk */
  syncedTo: number;
}

/** The state of the disk when the power goes after the first `count` changes. */
export function afterCut(root: string, before: Tree, changes: readonly Change[], count: number, fate: Fate): Tree {
  const originals = [...before].flatMap(([path, content]) =>
    content === null ? [] : [[path, fresh(content)] as const],
  );
  /** what the running system sees: path → bytes */
  const live = new Map<string, Bytes>(originals);
  const names: { index: number; change: NameChange; file: Bytes | undefined }[] = [];
  /** folder → names in it are on the disk up to this change */
  const syncedNames = new Map<string, number>();

  for (const [index, change] of changes.slice(0, count).entries()) {
    const file = live.get(change.path);
    switch (change.kind) {
      case 'write':
      case 'truncate':
        file?.changes.push({ index, change });
        break;
      case 'sync':
        if (file) file.syncedTo = index;
        else syncedNames.set(change.path, index);
        break;
      case 'create':
        if (file === undefined) {
          const made = fresh(Buffer.alloc(0));
          live.set(change.path, made);
          names.push({ index, change, file: made });
        }
        break;
      case 'folder':
        names.push({ index, change, file });
        break;
      case 'link':
      case 'rename':
        if (file) live.set(change.to, file);
        if (change.kind === 'rename') live.delete(change.path);
        names.push({ index, change, file });
        break;
      case 'remove':
        live.delete(change.path);
        names.push({ index, change, file });
        break;
    }
  }

  const folders = [...before].flatMap(([path, content]) => (content === null ? [[path, null] as const] : []));
  const onDisk = new Map<string, Bytes | null>([...folders, ...originals]);
  for (const { index, change, file } of names) {
    const folder = dirname(change.kind === 'rename' || change.kind === 'link' ? change.to : change.path);
    const isSynced = (syncedNames.get(folder) ?? -1) > index;
    if (!isSynced && !fate.keepsName(index)) continue;
    if (change.kind === 'remove') onDisk.delete(change.path);
    else if (change.kind === 'folder') onDisk.set(change.path, null);
    else if (change.kind === 'create') onDisk.set(change.path, file ?? null);
    else {
      if (file) onDisk.set(change.to, file);
      if (change.kind === 'rename') onDisk.delete(change.path);
    }
  }
  const tree = new Map<string, Buffer | null>();
  /** of two names of one file, both have the same buffer: `writeTree` makes a link of it again */
  const contents = new Map<Bytes, Buffer>();
  for (const [path, file] of onDisk) {
    if (!isReachable(path, root, onDisk)) continue;
    const content = file && (contents.get(file) ?? bytesAfter(file, fate));
    if (file && content) contents.set(file, content);
    tree.set(path, content);
  }
  return tree;
}

function fresh(base: Buffer): Bytes {
  return { base, changes: [], syncedTo: -1 };
}

/** A name in a folder whose own name is lost is lost, too. */
function isReachable(path: string, root: string, all: ReadonlyMap<string, unknown>): boolean {
  return path === root || (all.get(dirname(path)) === null && isReachable(dirname(path), root, all));
}

function bytesAfter({ base, changes, syncedTo }: Bytes, fate: Fate): Buffer {
  let bytes: Buffer = Buffer.from(base);
  for (const { index, change } of changes) {
    const isSynced = index < syncedTo;
    if (change.kind === 'truncate') {
      if (isSynced || fate.keepsBlock(index, 0)) bytes = resized(bytes, change.size);
      continue;
    }
    for (let at = 0, block = 0; at < change.bytes.length; block++) {
      const offset = change.offset + at;
      const length = Math.min(fate.blockSize - (offset % fate.blockSize), change.bytes.length - at);
      if (isSynced || fate.keepsBlock(index, block)) {
        if (bytes.length < offset + length) bytes = resized(bytes, offset + length);
        change.bytes.copy(bytes, offset, at, at + length);
      }
      at += length;
    }
  }
  return bytes;
}

function resized(bytes: Buffer, size: number): Buffer {
  return size <= bytes.length ? bytes.subarray(0, size) : Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}
