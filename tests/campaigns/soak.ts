/** Simulated days of both collectors (288 cycles each a day) with all disturbances: nothing may be missing. */
import { parseArgs } from 'node:util';
import { soak, type SoakResult } from './collectors/soak';
import { LOG_BOUNDS } from './collectors/soak-home';
import { showProgress, tell, tellFindings, type Finding } from './show';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      days: { type: 'string', default: '7' },
      cycles: { type: 'string' },
      seed: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      'hand-on': { type: 'boolean', default: false },
    },
  });
  const handsOn = values['hand-on'];
  const cycles = values.cycles === undefined ? Math.round(Number(values.days) * 288) : Number(values.cycles);
  const startedAt = performance.now();
  const result = await soak({
    cycles,
    seed: Number(values.seed),
    scale: Number(values.scale),
    handsOn,
    onProgress: (done) => showProgress(done / (2 * cycles), `${done} cycles`),
  });
  const { expectedReadings, storedReadings, metLock, storedAfterLock } = result;
  const healed = metLock === 0 ? 100 : (100 * storedAfterLock) / metLock;
  const disturbances: Finding[] = Object.entries(result.disturbances)
    .sort(([, one], [, other]) => other - one)
    .map(([name, times]) => [`disturbance: ${name}`, times, null]);
  tellFindings(`${cycles} cycles of each collector at once (seed ${values.seed}, waiting × ${values.scale})`, [
    ...disturbances,
    ['cycles', result.cycles, result.cycles === 2 * (cycles + (handsOn ? 1 : 0))],
    ['cycles that ended otherwise than expected', result.surprises.length, result.surprises.length === 0],
    ['readings expected', expectedReadings, null],
    ['readings stored', storedReadings, storedReadings === expectedReadings],
    ['readings reported, but missing or changed', result.missing, result.missing === 0],
    ['gaps: cycles without a row', result.gaps.length, result.gaps.length === 0],
    ['duplicates', result.twice, result.twice === 0],
    ['"database is locked" as the final outcome', result.endedLocked, result.endedLocked === 0],
    ['cycles that waited for a lock', metLock, metLock > 0],
    ['… that needed a retry', result.neededRetry, null],
    ['… that stored their readings in the end', `${healed} %`, healed === 100],
    ['retries', result.retries, result.retries > 0],
    ['fallbacks to the full configuration', result.fallbacks, result.fallbacks > 0],
    ['moves of the bridge', result.moves, result.moves > 0],
    [
      'largest WAL between two cycles, KB',
      Math.ceil(result.maxWalBytes / 1000),
      result.maxWalBytes < 1000 * 4096 * 1.1,
    ],
    [
      'largest sum of logs, KB',
      Math.ceil(result.maxLogBytes / 1000),
      result.maxLogBytes <= LOG_BOUNDS.max_total_mb * 1e6,
    ],
    ['cycles stored in part', result.halved, result.halved === 0],
    ['integrity check', result.integrity, result.integrity === 'ok'],
    ['unfinished and waiting files', result.litter.join(' ') || 0, result.litter.length === 0],
    ...handedOnFindings(result.handedOn),
    ['seconds', Math.round((performance.now() - startedAt) / 1000), null],
  ]);
  for (const surprise of result.surprises.slice(0, 10)) tell(surprise);
}

function handedOnFindings(handedOn: SoakResult['handedOn']): Finding[] {
  if (handedOn === null) return [];
  const { told, refused, wrong, waiting, differing } = handedOn;
  return [
    ['events about the home that the webhook took', told, told > 0],
    ['… that it refused before', refused, refused > 0],
    ['… that are missing, twice or in another order', wrong.join(' ') || 0, wrong.length === 0],
    ['… that still wait at the end', waiting, waiting === 0],
    ['devices whose state at the broker is not the newest', differing.join(' ') || 0, differing.length === 0],
  ];
}
