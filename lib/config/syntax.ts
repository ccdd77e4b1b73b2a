/**
 * What js-yaml's reasons mean, in sentences that help, without quoting the file (it may be the one with the secrets).
 */
import { YAMLException } from 'js-yaml';
import { lineFinder, type LineAndColumn } from './positions';
import { slipNear } from './slips';

const SUSPECTS =
  'look for a missing space after a colon, wrong indentation or a missing quote here or on the line before';

/** beginning of js-yaml's reason → our sentence */
const SENTENCES: [RegExp, string][] = [
  [/^tab characters/, 'is indented by a tab, expected spaces'],
  [
    /^(aliases exceeded|unidentified alias|alias node)/,
    'an alias (*name) is not supported; write the value out, or put a text that begins with * in quotes',
  ],
  [/^nesting exceeded/, 'is nested too deeply; no setting lies deeper than three levels'],
  [/^null byte/, 'holds a NUL byte, expected text in UTF-8 (not UTF-16)'],
  [/^the stream contains non-printable/, 'holds a control character, expected text'],
  [/^unexpected end of the .* quoted scalar/, 'a quote is opened before this and never closed'],
  [/^(unexpected end of the stream within a flow|missed comma)/, 'a [ or { is opened before this and not closed'],
  [
    /^(unknown .* tag|cannot resolve a node|undeclared tag|tag |named tag|duplication of a tag)/,
    'a tag (!name) is not supported; put a text that begins with ! in quotes',
  ],
  [/^deficient indentation/, 'wrong indentation, or a quote or bracket is opened before this and not closed'],
  [/^unknown escape|^expected hexadecimal/, 'an unknown escape after \\; single quotes take \\ as it is'],
  [/^object-based map/, 'a list or a mapping cannot be a key, expected a name'],
  [
    /^bad indentation of a mapping entry/,
    'wrong indentation, or a value that needs quotes (it holds ": " or begins with one of @ ` % & * ! |)',
  ],
  [/^expected a single document/, 'holds more than one document (---), expected one'],
  [/^expected a document/, 'is empty, expected keys with values'],
];

/** js-yaml's reasons that a slip of the user may have. */
const MAY_BE_SLIP =
  /^(a whitespace|bad indentation|can not read|deficient|end of the stream|expected ':' after a mapping key)/;

/** @param thrown by js-yaml, or an Error of ours whose message is the sentence */
export function explainSyntax(text: string, thrown: unknown): [message: string, place?: LineAndColumn] {
  if (!(thrown instanceof YAMLException)) {
    return [
      thrown instanceof Error && thrown.constructor === Error ? thrown.message : `is not valid YAML; ${SUSPECTS}`,
    ];
  }
  const tab = tabNear(text, thrown.mark?.position);
  if (tab !== null) return ['is indented by a tab, expected spaces', lineFinder(text)(tab)];
  const position = thrown.mark?.position;
  const at = position === undefined ? undefined : lineFinder(text)(position);
  const slip = at !== undefined && MAY_BE_SLIP.test(thrown.reason) ? slipNear(text, at.line) : null;
  if (slip !== null) return slip;
  const message = SENTENCES.find(([reason]) => reason.test(thrown.reason))?.[1] ?? `is not valid YAML; ${SUSPECTS}`;
  return at === undefined ? [message] : [message, at];
}

/** Offset of a tab in the indentation of the line at `position` or of the one before; js-yaml often complains later. */
function tabNear(text: string, position: number | undefined): number | null {
  if (position === undefined) return null;
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  for (const start of [text.lastIndexOf('\n', lineStart - 2) + 1, lineStart]) {
    const indentation = /^( *)\t[ \t]*[^\s#]/.exec(text.slice(start, start + 200))?.[1];
    if (indentation !== undefined) return start + indentation.length;
  }
  return null;
}
