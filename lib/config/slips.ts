/**
 * The three commonest slips in YAML, `key 5`, `key:5` and a wrong indentation. The parser often goes on for a line or two
 * before it stumbles, so the lines before are looked at, too. No text of the file is quoted: it may hold a secret.
 */
import type { LineAndColumn } from './positions';

/** So many lines before the one at which the parser has stumbled. */
const LOOK_BACK = 3;

/** After the indentation and the dashes of lists: a key, as ours are written. */
const KEY = String.raw`^ *(?:- +)*[A-Za-z_][\w-]*`;
const NO_SPACE = new RegExp(String.raw`${KEY}:(?=[^\s/])`);
const NO_COLON = new RegExp(String.raw`${KEY}(?= +[^\s#]|\s*$)`);

/** @param at the line at which the parser has stumbled, from 1 */
export function slipNear(text: string, at: number): [message: string, place: LineAndColumn] | null {
  const lines = text.split(/\r\n|\r|\n/);
  const written = [...lines.keys()].filter((index) => index < at && /^\s*[^\s#]/.test(lines[index] ?? ''));
  const near = written.slice(-1 - LOOK_BACK).reverse();
  let found: [string, LineAndColumn] | null = null;
  // The first of those that follow each other: the next ones are found when it is corrected.
  for (const index of near) {
    const slip = slipIn(lines[index] ?? '', index + 1);
    if (slip === null && index !== near[0]) break;
    found = slip ?? found;
  }
  return found ?? wrongIndentation(lines, written);
}

function slipIn(line: string, number: number): [string, LineAndColumn] | null {
  const text = line.replace(/(^| )#.*/, '');
  if (/:(\s|$)|["'{[|>]/.test(text)) return null;
  const hasColon = text.includes(':');
  const end = (hasColon ? NO_SPACE : NO_COLON).exec(text)?.[0].length;
  if (end === undefined) return null;
  const place = { line: number, column: end + 1 };
  return [hasColon ? 'a space is missing after the colon' : 'a colon is missing after the key', place];
}

/** @param written the lines that are not empty, from 0, up to the one at which the parser has stumbled */
function wrongIndentation(lines: readonly string[], written: readonly number[]): [string, LineAndColumn] | null {
  const widthOf = (index: number) => /^ */.exec(lines[index] ?? '')?.[0].length ?? 0;
  const last = written.at(-1);
  const before = written.at(-2);
  if (last === undefined || before === undefined) return null;
  const width = widthOf(last);
  const place = { line: last + 1, column: width + 1 };
  if (width > widthOf(before)) {
    const hasValue = /^ *(?:- +)*[\w-]+: +[^\s#"'{[|>&*!]/.test(lines[before] ?? '');
    return hasValue
      ? [`is indented by ${width} spaces, deeper than line ${before + 1}, which has a value`, place]
      : null;
  }
  const isKnown = written.slice(0, -1).some((index) => widthOf(index) === width);
  return isKnown ? null : [`is indented by ${width} spaces, as no line above it`, place];
}
