/** Whether the last edit of the user's files was cut off, asked by every command that reads them: it costs one call. */
import { existsSync } from 'node:fs';
import { noteOf, type Files } from './find';

/**
 * Does what a power cut has left undone. Never rejects: whoever may not write the files reads them as they are.
 * @param files of this run: a note about other files is not followed
 */
export async function finishEdits(files: Files): Promise<void> {
  if (existsSync(noteOf(files))) (await import('./edit-together')).makeUpFor(files);
}
