/**
 * The promises of the log in long form, including 30 days of high-volume logging (3.1 GB). `--short`: about what
 * `npm test` runs. `--plain`: the same with winston-daily-rotate-file as published, without the collectors, which have our log.
 */
import { parseArgs } from 'node:util';
import { WRITERS, costOfALine, deletedWhileWriting, ENDS, everyLine, killedAnywhere, movedWhileWriting, withinTheCap } from './logs/proofs'; // prettier-ignore
import type { Proof, ProofResult } from './logs/proofs';
import { realCollectors } from './logs/real-collectors';
import { REAL_FAILURES } from './logs/real-failures';
import { prepareWriters, type Writers } from './logs/run-writers';
import { showProgress, tellTable } from './show';

async function prove(proof: Proof, writers: Writers): Promise<ProofResult> {
  try {
    return await proof.run(writers);
  } catch (thrown) {
    return { held: false, figures: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

export async function campaign(args: string[]): Promise<void> {
  const { short, plain } = parseArgs({
    args,
    options: { short: { type: 'boolean', default: false }, plain: { type: 'boolean', default: false } },
  }).values;
  const proofs = chosenProofs(short, plain);
  const writers = prepareWriters({ plain });
  const rows: { promise: string; result: string; figures: string }[] = [];
  for (const [index, proof] of proofs.entries()) {
    showProgress(index / proofs.length, proof.name);
    const { held, figures } = await prove(proof, writers);
    if (!held) process.exitCode = 1;
    rows.push({ promise: proof.name, result: held ? 'holds' : '**fails**', figures });
  }
  writers.remove();
  const held = rows.filter(({ result }) => result === 'holds').length;
  tellTable(`${held} of ${proofs.length} hold`, rows);
}

function chosenProofs(short: boolean, plain: boolean): Proof[] {
  /** One round is one of the 30 days. */
  const volume = short
    ? { megabytes: 60, maxFileMb: 2, maxTotalMb: 12, rounds: 2 }
    : { megabytes: 3100, maxFileMb: 10, maxTotalMb: 60, rounds: 30 };
  return [
    ...Object.keys(WRITERS).flatMap((cast) => ENDS.map((end) => everyLine(cast, end, short ? 2000 : 10_000))),
    killedAnywhere(short ? 5 : 100),
    movedWhileWriting(short ? 10_000 : 100_000),
    deletedWhileWriting(short ? 10_000 : 100_000),
    ...REAL_FAILURES,
    ...(plain ? [] : [realCollectors(short ? 10 : 100)]),
    ...(short ? [] : [withinTheCap({ megabytes: 300, maxFileMb: 10, maxTotalMb: 60, rounds: 1 })]),
    withinTheCap(volume, (round) => showProgress(round / volume.rounds, `day ${round}`)),
    costOfALine(short ? 20_000 : 200_000),
  ];
}
