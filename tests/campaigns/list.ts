/** The campaigns: tests that take too long for `npm test`, or need programs that not every machine has. */

export interface Campaign {
  name: string;
  proves: string;
  takes: string;
  /** the part that `npm test` runs */
  shortForm: string;
  options: string;
  /** whether it runs the commands of dist/ */
  builds?: true;
  load: () => Promise<{ campaign: (args: string[]) => Promise<void> }>;
}

export const CAMPAIGNS: readonly Campaign[] = [
  {
    name: 'crash',
    proves: 'every reading that a killed collector has reported is stored once, and the next cycle works',
    takes: '3 minutes',
    shortForm: 'end-to-end/campaigns',
    options: '--kills N (1000), --seed N (1)',
    builds: true,
    load: () => import('./crash'),
  },
  {
    name: 'soak',
    proves: 'a week of cycles with all disturbances stores every reading, without a gap',
    takes: '20 minutes',
    shortForm: 'end-to-end/campaigns',
    options:
      '--days N (7), --cycles N, --seed N (1), --scale X: factor of all waits (1; at least 0.2), --hand-on: rules about the home, a webhook that is often dead, a broker that comes and goes',
    builds: true,
    load: () => import('./soak'),
  },
  {
    name: 'faults',
    proves: 'if any call of a cycle fails, the end is documented, and no reading is lost',
    takes: '41 minutes',
    shortForm: 'end-to-end/faults',
    options: '--situation WORDS, --every N (each N-th case)',
    builds: true,
    load: () => import('./faults'),
  },
  {
    name: 'hostile',
    proves: 'what hostile devices, clouds and services do ends as documented, in less than 150 MB, within the deadline',
    takes: '6 minutes',
    shortForm: 'end-to-end/hostile-answers',
    options: '--only WORDS',
    builds: true,
    load: () => import('./hostile'),
  },
  {
    name: 'power-cuts',
    proves: 'what a command has reported survives a power cut, and the next command works on what is left',
    takes: '30 minutes for all cuts',
    shortForm: 'end-to-end/power-cuts',
    options:
      '--cuts N of each command (all), --samples N of each cut (2), --clocks A,B (+0,-20h,-3m), --seed N (1), --scenario WORDS',
    builds: true,
    load: () => import('./power-cuts'),
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
    proves: 'no line is lost, incomplete or in the wrong file; the size limit is kept while 3.1 GB are written',
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
    options: '--only WORDS (several times for several)',
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
    options:
      '--rounds N (15), --readings N,N (databases of these sizes), --hand-on (only what rules, webhook, command and broker add), --keep-environment',
    builds: true,
    load: () => import('./bench'),
  },
  {
    name: 'endpoints',
    proves: 'what the sensors-only endpoint saves, on three links and in homes of three sizes',
    takes: '2 minutes',
    shortForm: 'end-to-end/perf',
    options: '--cycles N (5)',
    builds: true,
    load: () => import('./bench-endpoints'),
  },
  {
    name: 'years',
    proves: 'the disk space of a reading and the time of the usual queries, after years',
    takes: '1 minute for 20 million readings',
    shortForm: 'none',
    options: '--directory DIRECTORY (needed), --readings N (1000000), --cycles N',
    load: () => import('./generate-readings'),
  },
];
