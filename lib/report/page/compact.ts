/**
 * The numbers of a line as a short text, because a year of 20 devices has half a million of them: each value is the
 * difference to the one before, in the last decimal that is shown, written as in a source map. Used here and in the page.
 */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Before the number of stretches in a row that have no value. */
const NOTHING = '.';

export interface Line {
  lowest: ArrayLike<number>;
  mean: ArrayLike<number>;
  highest: ArrayLike<number>;
}

/** @param hasBand false: only the means are kept */
export function packLine({ lowest, mean, highest }: Line, decimals: number, hasBand: boolean): string {
  const scale = 10 ** decimals;
  const rounded = (values: ArrayLike<number>, n: number) => Math.round((values[n] ?? NaN) * scale);
  let text = hasBand ? '1' : '0';
  let before = 0;
  for (let n = 0; n < mean.length; n++) {
    const first = n;
    while (n < mean.length && Number.isNaN(mean[n])) n++;
    if (n > first) text += NOTHING + digitsOf(n - first);
    if (n === mean.length) break;
    const value = rounded(mean, n);
    const change = value - before;
    text += digitsOf(change < 0 ? -2 * change - 1 : 2 * change);
    if (hasBand) text += digitsOf(value - rounded(lowest, n)) + digitsOf(rounded(highest, n) - value);
    before = value;
  }
  return text;
}

/** @returns null for each stretch without a value */
export function unpackLine(text: string, decimals: number): Record<keyof Line, (number | null)[]> {
  const scale = 10 ** decimals;
  const line: Record<keyof Line, (number | null)[]> = { lowest: [], mean: [], highest: [] };
  const hasBand = text.startsWith('1');
  let at = 1;
  const next = (): number => {
    for (let value = 0, factor = 1; ; factor *= 32) {
      const digit = DIGITS.indexOf(text.charAt(at++));
      value += (digit % 32) * factor;
      if (digit < 32) return value;
    }
  };
  let value = 0;
  while (at < text.length) {
    if (text[at] === NOTHING) {
      at++;
      for (let left = next(); left > 0; left--) for (const values of Object.values(line)) values.push(null);
      continue;
    }
    const change = next();
    value += change % 2 === 1 ? -(change + 1) / 2 : change / 2;
    line.mean.push(value / scale);
    line.lowest.push((hasBand ? value - next() : value) / scale);
    line.highest.push((hasBand ? value + next() : value) / scale);
  }
  return line;
}

/** Five bits in each character, the lowest first; the upper half of the alphabet says that more follow. */
function digitsOf(number: number): string {
  let text = '';
  let rest = Math.max(0, number);
  for (; rest >= 32; rest = Math.floor(rest / 32)) text += DIGITS.charAt((rest % 32) + 32);
  return text + DIGITS.charAt(rest);
}
