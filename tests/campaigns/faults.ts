/** Each file-system, database and network call of a cycle fails in turn, in several ways, in several situations. */
import { parseArgs } from 'node:util';
import { SITUATIONS } from './collectors/fault-situations';
import { failEachCall } from './collectors/faults';
import { showProgress, tell, tellFindings } from './show';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { situation: { type: 'string', default: '' }, every: { type: 'string', default: '1' } },
  });
  const every = Number(values.every);
  const startedAt = performance.now();
  const situations = SITUATIONS.filter(({ name }) => name.includes(values.situation));
  const shares = [0, 0];
  let cases = 0;
  const results = await Promise.all(
    // Two at a time, each in its own home.
    [0, 1].map((worker) =>
      failEachCall({
        situations: situations.filter((_, index) => index % 2 === worker),
        chosen: (nth) => nth % every === 0,
        onFault: tell,
        onProgress: (share, situation) => {
          shares[worker] = share;
          cases++;
          showProgress(shares.reduce((sum, one) => sum + one) / shares.length, `${cases} cases, ${situation}`);
        },
      }),
    ),
  );
  const faults = results.flatMap((result) => result.faults);
  const unreached = results.flatMap((result) => result.unreached);
  const ends: Record<string, number> = {};
  for (const [end, times] of results.flatMap((result) => Object.entries(result.ends))) {
    ends[end] = (ends[end] ?? 0) + times;
  }
  tellFindings('Each call of a cycle fails in turn', [
    ...results.flatMap(({ calls }) => Object.entries(calls)).map(([name, n]) => [`${name} calls`, n, null] as const),
    ['cases', cases, cases > 0],
    ...Object.entries(ends).map(([end, times]) => [`… that ended with ${end}`, times, null] as const),
    ['cases whose call was not made', unreached.length, unreached.length <= cases / 100],
    [
      'undocumented ends, defects, readings missing or stored twice, files left over',
      faults.length,
      faults.length === 0,
    ],
    ['seconds', Math.round((performance.now() - startedAt) / 1000), null],
  ]);
  for (const one of unreached.slice(0, 20)) tell(`not reached: ${one}`);
}
