/**
 * Edits several files as if they were one: a power cut leaves all of them new or all of them old. What is to be done is
 * written down first, whole and durable; from then on the edits count as done, and the next command that reads the files
 * makes up for what is missing.
 */
import { dirname } from 'node:path';
import { errorCode } from '../files/file-error';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { syncDirectory } from '../files/sync-directory';
import { writeWhole } from '../files/write-whole';
import { editYaml, type EditYamlOptions, type YamlEdit, type YamlEdited } from './edit-yaml';
import { noteOf, type Files } from './find';

export interface FileEdits extends EditYamlOptions {
  file: string;
  edits: readonly YamlEdit[];
}

const VERSION = 1;

/**
 * @returns what became of each file, in the order given
 * @throws MonitorError as `editYaml`; all files are then as before
 */
export function editTogether(files: Files, changes: readonly FileEdits[]): YamlEdited[] {
  const note = noteOf(files);
  writeWhole(note, `${JSON.stringify({ version: VERSION, changes })}\n`); // secrets are in it: mode 0600
  const done: YamlEdited[] = [];
  try {
    for (const { file, edits, ...options } of changes) done.push(editYaml(file, edits, options));
  } catch (thrown) {
    for (const edited of done) edited.undo();
    forget(note);
    throw thrown;
  }
  forget(note);
  return done;
}

/** See `finishEdits`; call it if there is a note. */
export function makeUpFor(files: Files): void {
  const note = noteOf(files);
  try {
    const { version, changes } = JSON.parse(readOwnFile(note)) as { version: unknown; changes: FileEdits[] };
    const isOurs = version === VERSION && changes.every(({ file }) => [files.config, files.secrets].includes(file));
    if (!isOurs) return;
    for (const { file, edits, ...options } of changes) editYaml(file, edits, options);
    forget(note);
  } catch (thrown) {
    if (thrown instanceof SyntaxError && errorCode(thrown) === '') removeQuietly(note);
  }
}

function forget(note: string): void {
  removeIfThere(note);
  syncDirectory(dirname(note));
}

/** Somebody has written something else there. */
function removeQuietly(note: string): void {
  try {
    removeIfThere(note);
  } catch {
    // It stays, and is not followed.
  }
}
