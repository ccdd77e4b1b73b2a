/** The campaigns: what takes too long for `npm test`, or needs programs that not every machine has. */

export interface Campaign {
  name: string;
  proves: string;
  takes: string;
  /** what `npm test` runs of it */
  shortForm: string;
  options: string;
  /** whether it runs the commands of dist/ */
  builds?: true;
  load: () => Promise<{ campaign: (args: string[]) => Promise<void> }>;
}

export const CAMPAIGNS: readonly Campaign[] = [
  {
    name: 'crash',
    proves: 'what killed collectors told is stored once and whole, and the next cycle works',
    takes: '3 minutes',
    shortForm: 'end-to-end/campaigns',
    options: '--kills N (1000), --seed N (1)',
    builds: true,
    load: () => import('./crash'),
  },
  {
    name: 'soak',
    proves: 'a week of cycles in all weathers stores every reading, without a gap',
    takes: '20 minutes',
    shortForm: 'end-to-end/campaigns',
    options: '--days N (7), --cycles N, --seed N (1), --scale X of all waiting (1)',
    builds: true,
    load: () => import('./soak'),
  },
  {
    name: 'faults',
    proves: 'whichever call of a cycle fails: a documented end, and nothing that was read is lost',
    takes: '41 minutes',
    shortForm: 'end-to-end/faults',
    options: '--situation WORDS, --every N (each N-th case)',
    builds: true,
    load: () => import('./faults'),
  },
  {
    name: 'store',
    proves: 'many writers, held locks, damage, a full disk, an endless reader: every cycle is stored once',
    takes: '8 minutes',
    shortForm: 'contract/store-proofs',
    options: 'concurrency locks damage disk reader (all of them)',
    load: () => import('./store-proofs'),
  },
  {
    name: 'logs',
    proves: 'no line is lost, torn or in the wrong file; the cap holds while 3.1 GB are written',
    takes: '8 minutes',
    shortForm: 'end-to-end/logging',
    options: '--short, --plain (winston-daily-rotate-file as published, to see that the proofs can fail)',
    builds: true,
    load: () => import('./logs-proof'),
  },
  {
    name: 'switched-off',
    proves: 'each mechanism that keeps readings safe has tests that fail without it',
    takes: '15 minutes',
    shortForm: 'none',
    options: '--only WORDS',
    load: () => import('./switched-off'),
  },
  {
    name: 'package',
    proves: 'what npm pack makes can be installed globally, collects and reports',
    takes: '3 minutes (SQLite is compiled)',
    shortForm: 'none',
    options: '',
    builds: true,
    load: () => import('./package-proof'),
  },
  {
    name: 'bench',
    proves: 'what each command costs, as a ratio to the bare start of Node.js',
    takes: '2 minutes',
    shortForm: 'none',
    options: '--rounds N (15), --readings N,N (databases of these sizes), --keep-environment',
    builds: true,
    load: () => import('./bench'),
  },
  {
    name: 'profile',
    proves: 'what each part of a cycle costs, in instructions (needs valgrind)',
    takes: '2 minutes',
    shortForm: 'none',
    options: '',
    builds: true,
    load: () => import('./profile'),
  },
  {
    name: 'endpoints',
    proves: 'what the sensors-only endpoint saves, at links and in homes of three kinds each',
    takes: '2 minutes',
    shortForm: 'end-to-end/perf',
    options: '--cycles N (5)',
    builds: true,
    load: () => import('./bench-endpoints'),
  },
  {
    name: 'years',
    proves: 'what a reading costs on disk, and the usual questions time, after years',
    takes: '1 minute for 20 million readings',
    shortForm: 'none',
    options: '--directory DIRECTORY (needed), --readings N (1000000), --cycles N',
    load: () => import('./generate-readings'),
  },
];
