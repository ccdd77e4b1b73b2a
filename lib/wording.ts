/** Words and numbers in texts for people. */

/**
 * A text from outside, for a terminal: it must not move the cursor or begin a line.
 * @param mask stands for each run of characters that could
 */
export function printable(text: string, mask = '?'): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, mask);
}

/**
 * The same for JSON, in which nothing may be lost. JSON itself escapes control characters below U+0020; these are legal in
 * it, but line ends (U+0085, U+2028), commands (C1), reversed text (bidi) or invisible for a reader.
 */
export function escapeUnseen(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Colours, and the bar of `perf` that is drawn again and again, are what this program itself sends to a terminal; after
 * them everything that is a command, a line end or invisible.
 */
const OWN = ['\u001b\\[(?:0|1|2|31|32|33)m', '\r\u001b\\[K', '\r(?=\\[[#-]{20}\\])'];
const COMMANDS = new RegExp(`(${OWN.join('|')})|(?![\\n\\t])[\\p{Cc}\\p{Cf}\u2028\u2029]`, 'gu');

/**
 * The last layer before a terminal, cron's mail or a pipeline: whatever a device says, it gives no commands.
 * @param isTerminal then the commands of this program stay
 */
export function harmless(text: string, isTerminal: boolean): string {
  return text.replace(COMMANDS, (found, own?: string) => (isTerminal && own !== undefined ? found : '?'));
}

/** `1 reading`, `8 readings` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `12.3 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** One word for a shell, whatever is in it: `'it'\''s'`. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Lines of at most `width` characters; a word that is longer stays whole.
 * @param indent stands before each line but the first; what a text begins with stays
 */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const [first = '', ...words] = text.split(/(?<=\S) +/);
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(indent + word);
  }
  return lines;
}

/** With a full stop, unless it ends with one. */
export const asSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
