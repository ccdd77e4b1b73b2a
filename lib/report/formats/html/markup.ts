/** Converts text to HTML. */

/** Safe between tags and inside quoted attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}

/** A share of the whole in the form of CSS: `12.5%` */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
