/** Kills the real collectors at random moments: each reported reading must be stored once, and the next cycle must work. */
import { parseArgs } from 'node:util';
import { crash } from './collectors/crash';
import { showProgress, tellFindings } from './show';

export async function campaign(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const kills = Number(values.kills);
  const startedAt = performance.now();
  const result = await crash({
    kills,
    seed: Number(values.seed),
    onProgress: (done) => showProgress(done / kills, `${done} kills`),
  });
  const exits = Object.entries(result.exits).map(([code, times]) => `${times} × exit ${code}`);
  tellFindings(`Both collectors, killed at a random moment of 0 to 300 ms (seed ${values.seed})`, [
    ['kills', result.kills, null],
    [
      'cycles that ended by themselves',
      exits.join(', '),
      Object.keys(result.exits).every((code) => '013'.includes(code)),
    ],
    ['readings reported', result.reported, result.reported > 0],
    ['… by processes killed afterwards', result.reportedByKilled, null],
    ['… missing or changed', result.missing, result.missing === 0],
    ['… stored twice', result.twice, result.twice === 0],
    ['cycles stored in part', result.halved, result.halved === 0],
    ['integrity check', result.integrity, result.integrity === 'ok'],
    ['next cycles that failed', result.failedAfterwards, result.failedAfterwards === 0],
    ['unfinished files left by kills', result.litterBefore, null],
    ['… after the next cycle', result.litterAfter.join(' ') || 0, result.litterAfter.length === 0],
    ['seconds', Math.round((performance.now() - startedAt) / 1000), null],
  ]);
}
