/** Counts the numbered lines in a log directory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Found {
  /** numbered lines, each counted once */
  lines: number;
  twice: number;
  /** not JSON, or a file that does not end with a newline */
  malformed: number;
  /** in another program's file */
  misplaced: number;
  /** `writer:line` */
  seen: Set<string>;
  /** files with lines, backups included */
  files: number;
}

interface Line {
  event?: string;
  program?: string;
  writer?: number;
  line?: number;
}

export function countLines(directory: string): Found {
  const found: Found = { lines: 0, twice: 0, malformed: 0, misplaced: 0, seen: new Set(), files: 0 };
  for (const name of readdirSync(directory).filter((entry) => !entry.startsWith('.'))) {
    found.files++;
    const lines = readFileSync(join(directory, name), 'utf8').split('\n');
    if (lines.pop() !== '') found.malformed++;
    for (const text of lines) countLine(found, name, text);
  }
  found.lines = found.seen.size;
  return found;
}

function countLine(found: Found, file: string, text: string): void {
  let line: Line;
  try {
    line = JSON.parse(text) as Line;
  } catch {
    found.malformed++;
    return;
  }
  if (line.event !== 'numbered') return;
  if (!file.startsWith(`${line.program}.`)) found.misplaced++;
  const number = `${line.writer}:${line.line}`;
  if (found.seen.has(number)) found.twice++;
  found.seen.add(number);
}
