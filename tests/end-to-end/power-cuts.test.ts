/** The short form of the campaign `power-cuts`: a few cuts of three commands, and that broken promises are noticed. */
import { spawnSync } from 'node:child_process';
import { explore, guessFromTimes, type Options } from '../campaigns/power-cuts/explore';
import { SCENARIOS } from '../campaigns/power-cuts/scenarios';

jest.setTimeout(240_000);

const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
const traced = canTrace ? test : test.skip;
const why = canTrace ? '' : ' (skipped: strace is not there, or not allowed)';

function run(name: string, options: Partial<Options>) {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return explore(scenario, { cuts: 1, samples: 1, seed: 1, ...options });
}

traced.each([
  ['ordinary cycle', 5],
  ['spooling', 3],
  ['since-last', 3],
])(`%s: no promise is broken by a power cut${why}`, async (name, cuts) => {
  const { states, violations } = await run(name, { cuts });
  expect(violations).toEqual([]);
  expect(states).toBeGreaterThan(3);
});

traced.each<[string, string, Partial<Options>]>([
  ['without the fsync of a spooled cycle', 'spooling', { withoutSync: /\/spool\// }],
  ['without the fsync of an exported file', 'since-last', { withoutSync: /export\.csv$/ }],
  ['with the old guess from the times of files', 'ordinary cycle', { guess: guessFromTimes, at: /db$/, cuts: 9 }],
])(`%s, a broken promise is found${why}`, async (_what, name, how) => {
  const { violations } = await run(name, { stopsAtFirst: true, ...how });
  expect(violations).not.toEqual([]);
});
