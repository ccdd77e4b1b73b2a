/** A link to a disk that is not mounted looks like nothing at all to most calls, and is in the way of all of them. */
import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The part of the path that is a link to something that is not there, and what it leads to. */
export function deadLinkIn(path: string): { link: string; target: string } | null {
  for (let part = path; part !== dirname(part); part = dirname(part)) {
    try {
      if (statSync(part, { throwIfNoEntry: false }) !== undefined) return null;
      if (lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink())
        return { link: part, target: readlinkSync(part) };
    } catch {
      return null; // it cannot be looked at
    }
  }
  return null;
}
