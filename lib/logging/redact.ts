/**
 * The one place that keeps secrets out of every output: the log, stderr, `--json`, the alert, the e-mail and what is
 * stored. It knows the values, not the places where they may turn up, so a secret inside an error message of a library,
 * or in an answer that echoes the request, is caught too: in either case of its letters, and as URLs, forms, JSON and
 * base64 write it.
 */

import { printable } from '../wording';

/** Masks what must not be shown. */
export type Redact = (text: string) => string;

export interface Redactor extends Redact {
  /** A secret obtained while running: an access token, a cookie, a csrf value. */
  add(value: string): void;
  /**
   * Masks only secrets of at least so many characters: for texts with words of ours in them, which a user name such as
   * `alerts` must not mask, and for what is stored.
   */
  ofAtLeast(characters: number): Redact;
}

/** A shorter secret can be a part of an ordinary word, so that it is masked only if it stands alone. */
export const LONG_SECRET = 8;
/** An even shorter one can be an ordinary word, so that it is masked only if it stands in the place of a value. */
const WORD_LENGTH = 4;

const MASK = '<redacted>';
/** No key, token or cookie is longer; of a longer one its beginning is known. */
const LONGEST_SECRET = 8192;

interface Form {
  text: string;
  isBase64: boolean;
  /** characters of the secret itself */
  length: number;
  /** its longest run of letters and digits, which no encoding changes: searched for first, because that is quick */
  probe: string;
  /**
   * made when they are needed: for a text without escapes, and for one with them (some milliseconds for a long token)
   */
  plain?: RegExp;
  escaped?: RegExp;
}

export function createRedactor(secretValues: readonly string[] = []): Redactor {
  const values = new Set<string>();
  let forms: Form[] = [];

  function redactFrom(shortest: number, text: string): string {
    const folded = text.toLowerCase();
    for (const form of forms) {
      if (form.length < shortest || !folded.includes(form.probe)) continue;
      text = text.replace(patternFor(form, text), MASK);
    }
    return text;
  }

  function add(whole: string): void {
    const value = whole.slice(0, LONGEST_SECRET);
    if (value === '' || values.has(value)) return;
    values.add(value);
    const { length } = value;
    const added = [formOf(value, length), ...base64Spellings(value).map((spelling) => formOf(spelling, length, true))];
    // Longest first: a short value inside a long one must not leave the rest of it visible.
    forms = [...forms, ...added].sort((one, other) => other.text.length - one.text.length);
  }

  for (const value of secretValues) add(value);
  const redact: Redact = (text) => redactFrom(0, text);
  const ofAtLeast = (characters: number) => (text: string) => redactFrom(characters, text);
  return Object.assign(redact, { add, ofAtLeast });
}

/**
 * The beginning of a text. It is masked before it is cut, because the beginning of a secret would not be recognised any
 * more; but not all of a text of megabytes, because that takes memory and time.
 */
export function maskedStart(text: string, length: number, redact: Redact): { shown: string; isWhole: boolean } {
  const most = length + LONGEST_SECRET;
  // A copy: a slice, which V8 makes, would keep all of the text in memory as long as its beginning is needed.
  const seen = text.length <= most ? text : Buffer.from(text.slice(0, most), 'utf16le').toString('utf16le');
  const masked = redact(seen);
  // A secret that this cut went through is not recognised, and masks may have moved its part to before the limit.
  const known = seen.length === text.length ? masked : masked.slice(0, -LONGEST_SECRET);
  const shown = known.slice(0, length);
  return { shown, isWhole: shown.length === masked.length };
}

/** The beginning of a text that somebody else wrote, in one line. */
export function excerptOf(text: string, length: number, redact: Redact): string {
  return printable(maskedStart(text, length, redact).shown, ' ');
}

function formOf(text: string, length: number, isBase64 = false): Form {
  const runs = text.match(/[a-z0-9]+/gi) ?? [];
  const probe = runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
  return { text, isBase64, length, probe: probe.toLowerCase() };
}

/** Between these a short secret stands alone: no letter or digit, or one that belongs to an escape (`%20`, `\n`). */
const BEFORE = '(?:(?<![\\p{L}\\p{N}_])|(?<=%[0-9a-f]{2})|(?<=\\\\[nrt])|(?<=\\\\u[0-9a-f]{4}))';
const AFTER = '(?![\\p{L}\\p{N}_])';

/** Around the place of a value: the ends of a text, quotes, and what separates the parts of an address or a form. */
const OPENS = `(?:^|(?<=[:=/@"'<]|%(?:25)?(?:3a|3d|2f|40|22|27)))`;
const CLOSES = `(?=$|[:/@"'>&;?#\\\\]|%(?:25)?(?:3a|2f|40|22|27|26))`;

function patternFor(form: Form, text: string): RegExp {
  if (/[%\\]/.test(text)) return (form.escaped ??= expressionFor(form, escapesOf));
  return (form.plain ??= expressionFor(form, () => []));
}

function expressionFor(form: Form, escapes: (character: string) => string[]): RegExp {
  const pattern = patternOf(form, escapes);
  if (form.length >= LONG_SECRET || form.isBase64) return new RegExp(pattern, 'gi');
  if (form.length >= WORD_LENGTH) return new RegExp(`${BEFORE}(?:${pattern})${AFTER}`, 'giu');
  return new RegExp(`${OPENS}(?:${pattern})${CLOSES}`, 'giu');
}

/**
 * Every way in which a form may be written: its letters and digits as they are, each other character in all its
 * spellings.
 */
function patternOf({ text, isBase64 }: Form, escapes: (character: string) => string[]): string {
  return Array.from(text, (character) => {
    if (/^[a-z0-9]$/i.test(character)) return character;
    // A form writes a space as a plus; base64 has two alphabets, which differ in two characters.
    const other = { ' ': '+', ...(isBase64 && { '-': '+', _: '/' }) }[character];
    const characters = other === undefined ? [character] : [character, other];
    // Escapes first, so that none leaves a backslash behind, which would spoil the JSON around it.
    return `(?:${characters.flatMap((one) => [...escapes(one), literal(one)]).join('|')})`;
  }).join('');
}

const literal = (character: string) => (/^[\\^$.*+?()[\]{}|/]$/.test(character) ? `\\${character}` : character);

const SHORT_ESCAPES: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't', '"': '"', '\\': '\\\\', '/': '\\/' };

/** A character in JSON, also JSON inside JSON, and in a URL, also one inside another. */
function escapesOf(character: string): string[] {
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
  const units = Array.from({ length: character.length }, (_, index) => hex(character.charCodeAt(index), 4));
  const short = SHORT_ESCAPES[character];
  return [
    ...(short === undefined ? [] : [`\\\\{1,3}${short}`]),
    units.map((unit) => `\\\\{1,3}u${unit}`).join(''),
    Array.from(Buffer.from(character), (byte) => `%(?:25)?${hex(byte, 2)}`).join(''),
  ];
}

/**
 * Base64 writes three bytes as four characters, so a value inside a longer text (`user:password`) has three spellings,
 * depending on its place; the first and last characters depend on the neighbours and are left out.
 */
function base64Spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const spellings = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64url');
    const endsInside = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    return encoded.slice(offset === 0 ? 0 : offset + 1, endsInside);
  });
  return spellings.filter((spelling) => spelling.length >= 6);
}
