/** Cuts the power in the middle of each command, in a model of the disk, and runs the next command on what is left. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explore, guessFromTimes, RIGHT_TIME, type Options } from './power-cuts/explore';
import { SCENARIOS } from './power-cuts/scenarios';
import { showProgress, tell, tellFindings, tellTable } from './show';

/** The campaign is worth something only if it notices these. */
const BROKEN: readonly (readonly [what: string, scenario: string, how: Partial<Options>])[] = [
  ['no fsync of a spooled cycle', 'spooling', { withoutSync: /\/spool\// }],
  ['no fsync of the folder of the spool', 'spooling', { withoutSync: /\/spool$/ }],
  ['no fsync of the write-ahead log', 'ordinary cycle', { withoutSync: /readings\.db(-wal)?$/ }],
  ['no fsync of the exported file', 'since-last', { withoutSync: /export\.csv$/ }],
  ['no fsync of the new folder', 'first cycle', { withoutSync: /\/home-[^/]*$/ }],
  ['a guess from the times of the files', 'ordinary cycle', { guess: guessFromTimes }],
];

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cuts: { type: 'string', default: 'all' },
      samples: { type: 'string', default: '2' },
      seed: { type: 'string', default: '1' },
      scenario: { type: 'string', default: '' },
      clocks: { type: 'string', default: `${RIGHT_TIME},-20h,-3m` },
    },
  });
  // The model is the disk; what lies below it may be the memory, which is faster.
  if (existsSync('/dev/shm')) process.env['TMPDIR'] ??= '/dev/shm';
  const cuts = values.cuts === 'all' ? Infinity : Number(values.cuts);
  const clocks = values.clocks.split(',');
  const options: Options = { cuts, samples: Number(values.samples), seed: Number(values.seed), clocks };
  const rows: { command: string; changes: number; states: number; broken: number }[] = [];
  const chosen = SCENARIOS.filter(({ name }) => name.includes(values.scenario));
  for (const [index, scenario] of chosen.entries()) {
    const onState = (states: number) => showProgress(index / chosen.length, `${scenario.name}: ${states} states`);
    const { changes, states, violations } = await explore(scenario, { ...options, onState });
    rows.push({ command: scenario.name, changes, states, broken: violations.length });
    for (const violation of violations.slice(0, 5)) tell(violation);
  }
  tellTable('The commands, the changes that each asks of the disk, and the states after a cut', rows);
  const sum = (key: 'states' | 'broken') => rows.reduce((total, row) => total + row[key], 0);
  tellFindings('All of them together', [
    ['states', sum('states'), sum('states') > 0],
    ['states in which a promise is broken', sum('broken'), sum('broken') === 0],
  ]);
  if (values.scenario === '') await proveThatItNotices(options);
}

async function proveThatItNotices(options: Options): Promise<void> {
  const findings: [string, string, boolean][] = [];
  for (const [index, [what, name, how]] of BROKEN.entries()) {
    showProgress(index / BROKEN.length, what);
    const scenario = SCENARIOS.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const { states, violations } = await explore(scenario, { ...options, ...how, stopsAtFirst: true });
    const isFound = violations.length > 0;
    findings.push([what, isFound ? `state ${states} is broken` : `none of ${states} states is broken`, isFound]);
  }
  tellFindings('Made worse on purpose, the campaign must find broken states', findings);
}
