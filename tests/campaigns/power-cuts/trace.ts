/** Records what a command asks of the disk: strace's lines, made into changes of the files below one folder. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** One change, or one request to keep what was changed. Paths are absolute. */
export type Change =
  | { kind: 'create'; path: string }
  | { kind: 'write'; path: string; offset: number; bytes: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'link'; path: string; to: string }
  | { kind: 'remove'; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'sync'; path: string };

const CALLS = [
  ...['openat', 'close', 'write', 'pwrite64', 'ftruncate', 'fsync', 'fdatasync', 'mkdir', 'mkdirat'],
  ...['rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'link', 'linkat', 'rmdir', 'dup', 'fcntl', 'lseek'],
];

/** A wrapper for the command; with -xx all bytes are hexadecimal, with -y every descriptor has its path. */
export function tracing(file: string): string[] {
  return ['strace', '-f', '-y', '-qq', '-xx', '-s', '10000000', '-o', file, '-e', `trace=${CALLS.join(',')}`];
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll('\\x', ''), 'hex');
const STRINGS = /"((?:\\x[0-9a-f]{2})*)"/g;

/**
 * @param sizeOf of a file when it is opened for appending
 * @returns the changes below `root`, in their order
 */
export function changesIn(file: string, root: string, sizeOf: (path: string) => number): Change[] {
  const changes: Change[] = [];
  const inside = (path: string) => path.startsWith(`${root}/`) || path === root;
  /** descriptor → where the next write(2) goes */
  const positions = new Map<number, number>();
  const appending = new Set<number>();
  const sizes = new Map<string, number>();
  const size = (path: string) => sizes.get(path) ?? sizeOf(path);
  const grow = (path: string, to: number) => sizes.set(path, Math.max(size(path), to));

  const add = (change: Change) => {
    if (inside(change.path)) changes.push(change);
  };
  for (const line of wholeLines(readFileSync(file, 'latin1'))) {
    const call = /^(\w+)\((.*)\)\s+=\s+(-?\d+)/s.exec(line);
    if (call === null || call[3]?.startsWith('-') === true) continue;
    const [, name = '', text = '', result = ''] = call;
    const [descriptor = -1, onPath = ''] = described(text);
    const strings = [...text.matchAll(STRINGS)].map(([, hex = '']) => bytesOf(hex));
    const paths = () => strings.map((bytes) => resolve(folderOf(text), bytes.toString('utf8')));
    switch (name) {
      case 'openat': {
        const [path = ''] = paths();
        const flags = text.replace(STRINGS, '');
        positions.set(Number(result), 0);
        if (flags.includes('O_APPEND')) appending.add(Number(result));
        else appending.delete(Number(result));
        if (!flags.includes('O_CREAT') || !inside(path)) break;
        add({ kind: 'create', path });
        if (flags.includes('O_TRUNC')) add({ kind: 'truncate', path, size: 0 });
        break;
      }
      case 'write':
      case 'pwrite64': {
        const [bytes = Buffer.alloc(0)] = strings;
        const given = name === 'pwrite64' ? Number(/,\s*(\d+)$/.exec(text)?.[1]) : null;
        const offset = given ?? (appending.has(descriptor) ? size(onPath) : (positions.get(descriptor) ?? 0));
        if (given === null) positions.set(descriptor, offset + bytes.length);
        if (inside(onPath)) grow(onPath, offset + bytes.length);
        add({ kind: 'write', path: onPath, offset, bytes });
        break;
      }
      case 'ftruncate': {
        const to = Number(/,\s*(\d+)$/.exec(text)?.[1]);
        sizes.set(onPath, to);
        add({ kind: 'truncate', path: onPath, size: to });
        break;
      }
      case 'fsync':
      case 'fdatasync':
        add({ kind: 'sync', path: onPath });
        break;
      case 'mkdir':
      case 'mkdirat':
        add({ kind: 'folder', path: paths()[0] ?? '' });
        break;
      case 'unlink':
      case 'unlinkat':
      case 'rmdir':
        add({ kind: 'remove', path: paths()[0] ?? '' });
        sizes.delete(paths()[0] ?? '');
        break;
      case 'rename':
      case 'renameat':
      case 'renameat2':
      case 'link':
      case 'linkat': {
        const [path = '', to = ''] = paths();
        sizes.set(to, size(path));
        if (name.startsWith('rename')) sizes.set(path, 0);
        add({ kind: name.startsWith('rename') ? 'rename' : 'link', path, to });
        break;
      }
    }
  }
  return changes;
}

/** A call that another thread interrupts is printed in two lines. */
function wholeLines(text: string): string[] {
  const begun = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    const unfinished = /^(.*?)\s*<unfinished \.\.\.>$/s.exec(rest);
    if (unfinished) {
      begun.set(thread, unfinished[1] ?? '');
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest);
    return resumed ? [(begun.get(thread) ?? '') + (resumed[1] ?? '')] : [rest];
  });
}

/** `19<\x2f\x74…>` or `19</tmp/…>` at the begin of the arguments. */
function described(text: string): [number, string] | [] {
  const found = /^(\d+)<([^>]*)>/.exec(text);
  if (found === null) return [];
  const path = found[2] ?? '';
  const plain = path.startsWith('\\x') ? bytesOf(path).toString('utf8') : path;
  return [Number(found[1]), plain.replace(/\(deleted\)$/, '')];
}

function folderOf(text: string): string {
  const found = /^(?:AT_FDCWD|\d+)<([^>]*)>/.exec(text)?.[1] ?? '/';
  return join('/', found.startsWith('\\x') ? bytesOf(found).toString('utf8') : found);
}
