/** Secrets that are recognised wherever they turn up: whole, cut, in either case, in a URL, in JSON, in base64. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The length of a part that is also searched for: a cut must not leave the beginning of a secret. */
const PART = 8;

/** A value that is found nowhere by chance. */
export function canary(of: string): string {
  return createHash('sha256').update(of).digest('hex').slice(0, 24);
}

/** The names and contents of all files below the folders, but for those of certain names. */
export function contentsOf(folders: readonly string[], except: readonly string[] = []): string {
  const files = folders
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && !except.includes(entry.name));
  return files.flatMap(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')]).join('\n');
}

/** The parts of a secret that are in the text, in any way of writing it. */
export function visibleParts(secret: string, text: string): string[] {
  const folded = text.toLowerCase();
  const runs = secret.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const parts = runs.flatMap((run) =>
    Array.from({ length: Math.max(0, run.length - PART + 1) }, (_, start) => run.slice(start, start + PART)),
  );
  // Base64 depends on the place of the first byte; the first and last characters depend on the neighbours.
  const spellings = [0, 1, 2].map((before) => {
    return Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
      .toString('base64')
      .slice(4, -4);
  });
  return [
    ...parts.filter((part) => folded.includes(part)),
    ...spellings.filter((spelling) => spelling.length >= PART && text.includes(spelling)),
  ];
}
