/** Words and numbers in texts for people. */

/**
 * A text from outside, for a terminal: it must not move the cursor or begin a line.
 * @param mask stands for each run of characters that could
 */
export function printable(text: string, mask = '?'): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, mask);
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
