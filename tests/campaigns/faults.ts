/**
 * `npm run faults`: each file-system, database and network call of a cycle fails in turn, in several ways, in several
 * situations. Options: `--situation WORDS` (those whose name has them), `--every N` (each N-th case). Exit 1 where a
 * cycle ends in an undocumented way or something told is missing.
 */
import { parseArgs } from 'node:util';
import { failEachCall, SITUATIONS } from './collectors/faults';
import { showFindings, showProgress } from './show';

const { values } = parseArgs({
  options: { situation: { type: 'string', default: '' }, every: { type: 'string', default: '1' } },
});

async function main(): Promise<void> {
  const every = Number(values.every);
  const startedAt = performance.now();
  const situations = SITUATIONS.filter(({ name }) => name.includes(values.situation));
  let done = 0;
  const results = await Promise.all(
    // Two at a time, each in a home of its own.
    [0, 1].map((worker) =>
      failEachCall({
        situations: situations.filter((_, index) => index % 2 === worker),
        chosen: (nth) => nth % every === 0,
        onProgress: (_, situation) => showProgress(0, `${++done} cases, ${situation}`),
      }),
    ),
  );
  const faults = results.flatMap((result) => result.faults);
  const ends: Record<string, number> = {};
  for (const [end, times] of results.flatMap((result) => Object.entries(result.ends))) {
    ends[end] = (ends[end] ?? 0) + times;
  }
  showFindings('Each call of a cycle fails in turn', [
    ...results.flatMap(({ calls }) => Object.entries(calls)).map(([name, n]) => [`${name} calls`, n, null] as const),
    ['cases', results.reduce((sum, { cases }) => sum + cases, 0), null],
    ...Object.entries(ends).map(([end, times]) => [`… that ended with ${end}`, times, null] as const),
    ['undocumented ends, defects shown, readings missing or twice, litter', faults.length, faults.length === 0],
    ['seconds', Math.round((performance.now() - startedAt) / 1000), null],
  ]);
  for (const one of faults.slice(0, 60)) console.log(one);
}

main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exitCode = 1;
});
