/** Text in the columns of a terminal. */
import { highestOf, lowestOf } from './extremes';

/** How many columns a text takes: marks none, East Asian and emoji two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** In lines of at most `width` columns, broken at spaces; further lines are indented. @param width null: one line */
export function wrapped(text: string, width: number | null): string[] {
  if (width === null) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `  ${word}`);
  }
  return lines;
}

export type Alignment = 'left' | 'right';

/** With less than this many columns left, the last cell of a row gets lines of its own. */
const NARROWEST_LAST = 20;
const INDENT = '    ';

/**
 * Rows of cells in aligned columns, two spaces between them, no spaces at the ends of lines.
 * @param width of the terminal: the last cell, which is a text, is broken into lines; null: one line for each row
 */
export function columns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
  width: number | null = null,
): string[] {
  const widths = alignments.map((_, column) => highestOf([0, ...rows.map((row) => widthOf(row[column] ?? ''))]));
  const last = alignments.length - 1;
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0);
  return rows.map((row) => {
    const cells = row.map((text, column) => {
      const blanks = ' '.repeat((widths[column] ?? 0) - widthOf(text));
      return alignments[column] === 'right' ? blanks + text : text + blanks;
    });
    const line = cells.join('  ').trimEnd();
    if (width === null || widthOf(line) <= width) return line;
    const start = cells.slice(0, last).join('  ').trimEnd();
    const isNarrow = width - before < NARROWEST_LAST;
    const text = wrapped(row[last] ?? '', width - (isNarrow ? INDENT.length : before));
    if (isNarrow) return [start, ...text.map((part) => INDENT + part)].join('\n');
    return text
      .map((part, n) => (n === 0 ? `${start}${' '.repeat(before - widthOf(start))}` : ' '.repeat(before)) + part)
      .join('\n');
  });
}

const BARS = '▁▂▃▄▅▆▇█';

/** A line chart in one line of text; a space if there is no value. */
export function sparkline(values: Float64Array): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const lowest = lowestOf(known);
  const span = highestOf(known) - lowest;
  return Array.from(values, (value) => {
    if (Number.isNaN(value)) return ' ';
    return BARS[span === 0 ? 3 : Math.round(((value - lowest) / span) * (BARS.length - 1))];
  }).join('');
}

/** Reduces the values to at most `most`: each is the mean of equally many, without those that are missing. */
export function means(values: Float64Array, most: number): Float64Array {
  let each = 1;
  while (values.length / each > most || values.length % each !== 0) each++;
  return Float64Array.from({ length: values.length / each }, (_, n) => {
    const known = values.slice(n * each, (n + 1) * each).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

export interface Style {
  bold: (text: string) => string;
  bad: (text: string) => string;
  faint: (text: string) => string;
}

/** Colours for a terminal that wants them (https://no-color.org). */
export function styleFor(isTerminal: boolean, environment: NodeJS.ProcessEnv): Style {
  const coloured = isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  const paint = (code: number) => (text: string) => (coloured ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  return { bold: paint(1), bad: paint(31), faint: paint(2) };
}
