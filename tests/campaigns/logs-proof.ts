/**
 * `npm run logs:proof`: the log's promises in long form, 30 days' worth of high-volume logging (3.1 GB) among them. Exit 0
 * where all hold. `--short`: what `npm test` runs. `--plain`: the same with winston-daily-rotate-file as published, to
 * see that the proofs can fail; then without the collectors, which have our log.
 */
import { parseArgs } from 'node:util';
import { CASTS, costOfALine, deletedWhileWriting, ENDS, everyLine, killedAnywhere, movedWhileWriting, withinTheCap } from './logs/proofs'; // prettier-ignore
import type { Proof, ProofResult } from './logs/proofs';
import { realCollectors } from './logs/real-collectors';
import { REAL_FAILURES } from './logs/real-failures';
import { prepareWriters, type Writers } from './logs/run-writers';

const { values } = parseArgs({
  options: { short: { type: 'boolean', default: false }, plain: { type: 'boolean', default: false } },
});
const { short, plain } = values;

/** One round of the 30 days: a day. */
const days = 30;
const volume = short
  ? { megabytes: 60, maxFileMb: 2, maxTotalMb: 12, rounds: 2 }
  : { megabytes: 3100, maxFileMb: 10, maxTotalMb: 60, rounds: days };

const proofs: Proof[] = [
  ...Object.keys(CASTS).flatMap((cast) => ENDS.map((end) => everyLine(cast, end, short ? 2000 : 10_000))),
  killedAnywhere(short ? 5 : 100),
  movedWhileWriting(short ? 10_000 : 100_000),
  deletedWhileWriting(short ? 10_000 : 100_000),
  ...REAL_FAILURES,
  ...(plain ? [] : [realCollectors(short ? 10 : 100)]),
  ...(short ? [] : [withinTheCap({ megabytes: 300, maxFileMb: 10, maxTotalMb: 60, rounds: 1 })]),
  withinTheCap(volume, (round) => showProgress(proofs.length - 2 + round / volume.rounds)),
  costOfALine(short ? 20_000 : 200_000),
];

function showProgress(done: number): void {
  if (!process.stderr.isTTY) return;
  const width = 40;
  const filled = Math.round((done / proofs.length) * width);
  process.stderr.write(
    `\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.floor((100 * done) / proofs.length)} %`,
  );
}

async function prove(proof: Proof, writers: Writers): Promise<ProofResult> {
  try {
    return await proof.run(writers);
  } catch (thrown) {
    return { held: false, figures: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

async function main(): Promise<void> {
  const writers = prepareWriters({ plain });
  const rows: string[] = [];
  let failed = 0;
  for (const [index, proof] of proofs.entries()) {
    showProgress(index);
    const { held, figures } = await prove(proof, writers);
    if (!held) failed++;
    rows.push(`| ${proof.name} | ${held ? 'holds' : '**fails**'} | ${figures} |`);
  }
  writers.remove();
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(['| promise | result | figures |', '|---|---|---|', ...rows].join('\n'));
  console.log(`\n${proofs.length - failed} of ${proofs.length} hold.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void main();
