/** Whether the last edit of the user's files was cut off, asked by every command that reads them: it costs two calls. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { clearTemporaries } from '../files/temporaries';
import { noteOf, type Files } from './find';

/**
 * Does what a power cut has left undone, and clears what it has left over. Never rejects: a user who may not write the files reads them as they are.
 * @param files of this run: a note about other files is not followed
 */
export async function finishEdits(files: Files): Promise<void> {
  for (const folder of new Set([dirname(files.config), dirname(files.secrets)])) clearTemporaries(folder);
  if (existsSync(noteOf(files))) (await import('./edit-together')).makeUpFor(files);
}
