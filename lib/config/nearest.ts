/** The known word that somebody most likely meant. */

/** @returns the candidate with the fewest typing mistakes, or undefined if none is near */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 80) return undefined;
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const isBeginning = word.length >= 3 && plain(candidate).startsWith(plain(word));
    const mistakes = isBeginning ? 1 : distance(plain(word), plain(candidate));
    if (mistakes < fewest) [best, fewest] = [candidate, mistakes];
  }
  return best;
}

/** `bridgeUrl`, `bridge-url` and `bridge_url` are the same word. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[_\-\s]/g, '');
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment distance). */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      }
      current.push(least);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
