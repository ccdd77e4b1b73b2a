/** Numbers that look random and are the same for the same seed, so that a simulated home can be made again. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number;
  /** a whole number, both ends included */
  between(lowest: number, highest: number): number;
  pick<T>(choices: readonly T[]): T;
  /** lower-case hexadecimal digits */
  hex(digits: number): string;
}

/** The mulberry32 generator. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  const between = (lowest: number, highest: number) => lowest + Math.floor(next() * (highest - lowest + 1));
  function pick<T>(choices: readonly T[]): T {
    const choice = choices[between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  }
  return {
    next,
    between,
    pick,
    hex: (digits) => Array.from({ length: digits }, () => between(0, 15).toString(16)).join(''),
  };
}
