/** Reads a YAML file that a person wrote, and says in a sentence, with the place, why it cannot be read. */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { load, YAMLException } from 'js-yaml';
import type { Remedy } from '../errors';
import { describeFileError, errorCode } from '../files/file-error';
import { ConfigurationError, type Fault } from './faults';
import { lineFinder, type YamlLimits } from './positions';
import { explainSyntax } from './syntax';
import { shellQuoted } from '../wording';

/** A hand-written file is a few kilobytes; a larger one is another file by mistake. */
const MAX_BYTES = 1_000_000;

/** No key lies deeper than three levels; aliases are refused, because ten lines of them unfold to gigabytes. */
export const LIMITS: YamlLimits = { maxDepth: 20, maxAliases: 0 };

export interface YamlText {
  /** absolute path */
  file: string;
  /** the file's content without a byte order mark */
  text: string;
  /** what the text says; of a key that appears twice, the last value */
  document: Record<string, unknown>;
  hasDuplicates: boolean;
}

export interface ReadOptions {
  /** what the file is to the user: `configuration file` */
  kind: string;
  /** what to do if it is missing */
  whenMissing: Remedy;
  /** what to do if it cannot be read or understood */
  whenBroken: string;
  /** for a command that fills the file in: it may be missing, or hold nothing but comments */
  mayBeEmpty?: boolean;
}

/** @throws ConfigurationError if the file cannot be read or is not a YAML mapping; never quotes its content */
export function readYaml(file: string, options: ReadOptions): YamlText {
  const { kind, whenMissing, whenBroken, mayBeEmpty = false } = options;
  const fault = (message: string, place: Partial<Fault> = {}): Fault => {
    return { file, line: null, column: null, key: '', message, ...place };
  };
  let bytes: Buffer;
  try {
    const state = statSync(file);
    if (!state.isFile()) throw new ConfigurationError([fault(`is ${wrongKind(state)}, expected a file`)], whenBroken);
    if (state.size > MAX_BYTES) {
      throw new ConfigurationError([fault(`has ${state.size} bytes, expected at most ${MAX_BYTES}`)], whenBroken);
    }
    bytes = readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof ConfigurationError) throw thrown;
    const missing = errorCode(thrown) === 'ENOENT';
    if (missing && mayBeEmpty) return emptyYaml(file, '');
    const message = missing ? `this ${kind} does not exist` : `cannot be read: ${describeFileError(thrown)}`;
    const remediation = missing
      ? whenMissing
      : { say: 'Look at the owner and the mode of each part of the path', command: `namei -l ${shellQuoted(file)}` };
    throw new ConfigurationError([fault(message)], remediation, thrown);
  }
  if (!isUtf8(bytes)) throw new ConfigurationError([fault(...explainEncoding(bytes))], whenBroken);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (mayBeEmpty && text.split('\n').every((line) => /^\s*(#|$)/.test(line))) return emptyYaml(file, text);
  try {
    return { file, text, ...parse(text) };
  } catch (thrown) {
    // No `cause`: js-yaml's message quotes the line, which may hold a secret.
    throw new ConfigurationError([fault(...explainSyntax(text, thrown))], whenBroken);
  }
}

function emptyYaml(file: string, text: string): YamlText {
  return { file, text, document: {}, hasDuplicates: false };
}

function parse(text: string): Pick<YamlText, 'document' | 'hasDuplicates'> {
  try {
    return { document: mapping(load(text, LIMITS)), hasDuplicates: false };
  } catch (thrown) {
    if (!(thrown instanceof YAMLException) || thrown.reason !== 'duplicated mapping key') throw thrown;
    // Read on, so that the other faults of the file are found as well.
    return { document: mapping(load(text, { ...LIMITS, json: true })), hasDuplicates: true };
  }
}

function mapping(document: unknown): Record<string, unknown> {
  if (document === null) throw new Error('holds no settings, expected keys with values');
  if (Array.isArray(document)) throw new Error('is a list, expected keys with values');
  if (typeof document !== 'object') throw new Error('is a single value, expected keys with values');
  return document as Record<string, unknown>;
}

function wrongKind(state: { isDirectory(): boolean }): string {
  return state.isDirectory() ? 'a directory' : 'not a regular file';
}

function explainEncoding(bytes: Buffer): [message: string, place?: { line: number; column: number }] {
  const mark = bytes.subarray(0, 2).toString('latin1');
  if (mark === '\xFF\xFE' || mark === '\xFE\xFF') return ['is written in UTF-16, expected UTF-8'];
  const text = bytes.toString('utf8');
  // The decoder puts U+FFFD for each bad byte; the file may hold a true one before it, which is as odd.
  return ['holds a byte that is not UTF-8, expected text in UTF-8', lineFinder(text)(text.indexOf('\uFFFD'))];
}
