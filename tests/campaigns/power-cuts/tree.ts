/** A folder as a map, and back: so that a state of the disk can be made and looked at. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../../../lib/simulator/random';
import type { Tree } from './disk';

export function readTree(root: string): Tree {
  const tree = new Map<string, Buffer | null>([[root, null]]);
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    const file = lstatSync(path);
    if (file.isDirectory()) tree.set(path, null);
    else if (file.isFile()) tree.set(path, readFileSync(path));
  }
  return tree;
}

/** @param random sets the times of the files: a clock that was set back must not matter */
export function writeTree(root: string, tree: Tree, random: Random): void {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
  const written = new Map<Buffer, string>();
  for (const [path, content] of [...tree].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (content === null) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      const otherName = written.get(content);
      if (otherName !== undefined) {
        linkSync(otherName, path);
        continue;
      }
      written.set(content, path);
      writeFileSync(path, content);
      chmodSync(path, 0o600);
      const time = Date.now() / 1000 + random.between(-5, 0) * 86_400;
      utimesSync(path, time, time);
    }
  }
}

/**
 * The same for the same state. What only a living process reads counts by its name alone: the next command removes it.
 * @param namesOnly a folder of which the same holds
 */
export function hashOf(tree: Tree, namesOnly: string | null): string {
  const hash = createHash('sha256');
  for (const [path, content] of tree) {
    const isNameOnly = path.includes('.temporary-') || (namesOnly !== null && path.startsWith(`${namesOnly}/`));
    const counted = isNameOnly ? null : content;
    hash.update(`${path}\0${counted?.length ?? -1}\0`).update(counted ?? '');
  }
  return hash.digest('hex');
}
