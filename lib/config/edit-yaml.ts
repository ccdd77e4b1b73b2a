/**
 * Changes single values of a YAML file that belongs to its user: comments, order and spacing stay, the file is written
 * whole or not at all, and the former one is kept next to it. For the commands that log in (`auth-hue`, `auth-amazon`).
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
  type Document,
} from 'yaml';
import { MonitorError } from '../errors';
import { errorCode, fileError } from '../files/file-error';
import { makeDirectory } from '../files/ownership';
import { temporaryFor } from '../files/temporaries';
import { writeWhole } from '../files/write-whole';

/** One change: `{ path: ['hue', 'username'], value: '…' }`. */
export interface YamlEdit {
  /** keys, and numbers of the elements of lists */
  path: readonly [string, ...(string | number)[]];
  /** a text is set; a mapping is added to the list at `path`, unless its name is there; null removes what is there */
  value: string | Readonly<Record<string, string>> | null;
}

export interface EditYamlOptions {
  /** permission bits of the file and its backup; default: as it is, 0644 if it is new */
  mode?: number;
}

export interface YamlEdited {
  /** where the former content is; null if there was none, or nothing had to be changed */
  backup: string | null;
  /** Puts the former content back, for when a later step of the same work fails. */
  undo(): void;
}

/**
 * Finds out whether `editYaml` could do its work, before anything is done that cannot be undone.
 * @throws MonitorError `configuration` (unreadable, or not YAML), `file_system` (its folder not writable)
 */
export function proveEditable(file: string): void {
  parse(readText(file) ?? '', file);
  makeDirectory(dirname(file));
  const probe = temporaryFor(file);
  try {
    writeFileSync(probe, '', { flag: 'wx', mode: 0o600 });
    rmSync(probe);
  } catch (thrown) {
    throw fileError('write', file, thrown);
  }
}

/**
 * Sets the values, creating the file and missing sections. The former content goes to `FILE.backup`.
 * @throws MonitorError `configuration` (the file is unreadable, not YAML, or has something else where a section
 * belongs), `file_system`; then nothing has changed.
 */
export function editYaml(file: string, edits: readonly YamlEdit[], options: EditYamlOptions = {}): YamlEdited {
  const former = readText(file);
  const text = edits.reduce((current, edit) => withValue(current, edit, file), former ?? '');
  const formerMode = former === null ? 0o644 : statSync(file).mode & 0o777;
  const mode = options.mode ?? formerMode;
  if (text === former && mode === formerMode) return { backup: null, undo: () => undefined };
  makeDirectory(dirname(file));
  const backup = former === null ? null : `${file}.backup`;
  if (backup !== null && former !== null) writeWhole(backup, former, { mode, ofTheUser: true });
  writeWhole(file, text, { mode, ofTheUser: true });
  return {
    backup,
    undo: () => (former === null ? rmSync(file) : writeWhole(file, former, { mode: formerMode, ofTheUser: true })),
  };
}

function withValue(text: string, { path, value }: YamlEdit, file: string): string {
  const document = parse(text, file);
  if (value === null) return document.deleteIn(path) ? document.toString({ lineWidth: 0 }) : text;
  if (typeof value !== 'string') return withNewElement(document, path, value, file);
  const node = document.getIn(path, true);
  if (isScalar(node) && node.value === value) return text;
  const changed =
    isScalar(node) && node.range && node.range[1] > node.range[0] && !node.type?.startsWith('BLOCK')
      ? `${text.slice(0, node.range[0])}${JSON.stringify(value)}${text.slice(node.range[1])}` // every other byte stays
      : withNewKey(document, path, value, file);
  if (parse(changed, file).getIn(path) !== value) throw new Error(`${path.join('.')} could not be set in ${file}`);
  return changed;
}

function withNewElement(
  document: Document,
  path: YamlEdit['path'],
  element: Readonly<Record<string, string>>,
  file: string,
): string {
  prepareSections(document, path, file);
  const former: unknown = document.getIn(path, true);
  if (!isSeq(former) && !isEmpty(former)) throw notASection(path, file);
  const list = isSeq(former) ? former : new YAMLSeq();
  const isThere = list.items.some((item) => isMap(item) && item.get('name') === element['name']);
  if (isThere) return document.toString({ lineWidth: 0 }); // the edit is made up for after a power cut
  list.flow = false;
  const map = new YAMLMap();
  for (const [key, text] of Object.entries(element)) map.set(key, quotedText(text));
  list.add(map);
  if (list !== former) document.setIn(path, list);
  return document.toString({ lineWidth: 0 });
}

/** Makes the sections that are missing on the way. */
function prepareSections(document: Document, path: YamlEdit['path'], file: string): void {
  for (let length = 0; length < path.length; length++) {
    const keys = path.slice(0, length);
    const section: unknown = length === 0 ? document.contents : document.getIn(keys, true);
    if (isMap(section) || (isSeq(section) && typeof path[length] === 'number')) continue;
    if (!isEmpty(section)) throw notASection(keys, file);
    const map = new YAMLMap();
    if (length === 0) document.contents = map;
    else document.setIn(keys, withCommentsOf(section, map));
  }
}

function withNewKey(document: Document, path: YamlEdit['path'], value: string, file: string): string {
  prepareSections(document, path, file);
  const former: unknown = document.getIn(path, true);
  if (isCollection(former) || isAlias(former)) throw notASection(path, file);
  document.setIn(path, withCommentsOf(former, quotedText(value)));
  return document.toString({ lineWidth: 0 });
}

function quotedText(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE; // an id of digits only must not become a number
  return scalar;
}

const isEmpty = (node: unknown) => node === null || node === undefined || (isScalar(node) && node.value === null);

function withCommentsOf<T extends Scalar | YAMLMap>(former: unknown, node: T): T {
  if (isScalar(former)) Object.assign(node, { comment: former.comment, commentBefore: former.commentBefore });
  return node;
}

function parse(text: string, file: string): Document {
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (!fault) return document;
  const at = fault.linePos?.[0];
  // The parser's own message goes on to quote the line, and with it perhaps a secret.
  const what = fault.message.split(/ at line |\n/)[0] ?? '';
  throw new MonitorError(`${file}${at ? `:${at.line}:${at.col}` : ''}: not valid YAML: ${what}`, {
    type: 'configuration',
    permanent: true,
    remediation: 'Correct that line by hand; the file was not touched.',
  });
}

function notASection(keys: readonly (string | number)[], file: string): MonitorError {
  const what = keys.length === 0 ? 'the file' : keys.join('.');
  return new MonitorError(`${file}: ${what} holds something else than was expected`, {
    type: 'configuration',
    permanent: true,
    remediation: 'Compare it with config/config.example.yaml and correct it by hand; the file was not touched.',
  });
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null;
    const { message, remediation } = fileError('read', file, thrown);
    throw new MonitorError(message, { type: 'configuration', permanent: true, remediation, cause: thrown });
  }
}
