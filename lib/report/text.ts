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

/** Cut to at most `columns`; `…` shows that something was cut off. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
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

/** Rows of cells in aligned columns, two spaces between them, no spaces at the ends of lines. */
export function columns(rows: readonly (readonly string[])[], alignments: readonly Alignment[]): string[] {
  const widths = alignments.map((_, column) => highestOf([0, ...rows.map((row) => widthOf(row[column] ?? ''))]));
  return rows.map((row) =>
    row
      .map((text, column) => {
        const blanks = ' '.repeat((widths[column] ?? 0) - widthOf(text));
        return alignments[column] === 'right' ? blanks + text : text + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
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
