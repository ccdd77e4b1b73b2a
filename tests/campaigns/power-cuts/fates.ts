/** Which of the possible states after a cut are looked at: the extremes, and samples of what lies between. */
import { seededRandom } from '../../../lib/simulator/random';
import type { Fate } from './disk';

export interface NamedFate extends Fate {
  name: string;
}

/** The ordered journal: what has reached the disk of names is a beginning of them, and their bytes with them. */
function ordered(name: string, blockSize: number, upTo: number): NamedFate {
  return { name, blockSize, keepsName: (index) => index <= upTo, keepsBlock: (index) => index <= upTo };
}

/** What POSIX promises: any subset. */
function weak(seed: number, blockSize: number): NamedFate {
  const random = seededRandom(seed);
  const known = new Map<string, boolean>();
  const decide = (key: string) => {
    const decided = known.get(key) ?? random.next() < 0.5;
    known.set(key, decided);
    return decided;
  };
  return {
    name: `any subset, blocks of ${blockSize}`,
    blockSize,
    keepsName: (index) => decide(`name ${index}`),
    keepsBlock: (index, block) => decide(`block ${index} ${block}`),
  };
}

/** The last write before the cut is torn, everything else is there. */
function torn(count: number, blockSize: number, seed: number): NamedFate {
  const random = seededRandom(seed);
  const keep = (block: number) => block === 0 || random.next() < 0.5;
  return {
    name: `the last write torn at ${blockSize}`,
    blockSize,
    keepsName: () => true,
    keepsBlock: (index, block) => index < count - 1 || keep(block),
  };
}

/** @param samples how many subsets of each size of block */
export function fatesOf(count: number, samples: number, seed: number): NamedFate[] {
  return [
    ordered('everything', 4096, Infinity),
    ordered('what was synchronised', 4096, -1),
    torn(count, 512, seed),
    torn(count, 4096, seed + 1),
    ...Array.from({ length: samples }, (_, n) => [
      weak(seed + 10 + 2 * n, 512),
      weak(seed + 11 + 2 * n, 4096),
      ordered('a beginning', 4096, Math.floor((count * (n + 1)) / (samples + 1))),
    ]).flat(),
  ];
}
