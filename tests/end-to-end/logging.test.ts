/** The promises of the log in short form; the long form is `npm run campaign logs`. */
import { WRITERS, deletedWhileWriting, ENDS, everyLine, killedAnywhere, movedWhileWriting, withinTheCap } from '../campaigns/logs/proofs'; // prettier-ignore
import { realCollectors } from '../campaigns/logs/real-collectors';
import { REAL_FAILURES } from '../campaigns/logs/real-failures';
import { prepareWriters, type Writers } from '../campaigns/logs/run-writers';

let writers: Writers;
beforeAll(() => {
  writers = prepareWriters();
});
afterAll(() => writers.remove());

const proofs = [
  ...Object.keys(WRITERS).flatMap((cast) => ENDS.map((end) => everyLine(cast, end, 1000))),
  killedAnywhere(5),
  movedWhileWriting(10_000),
  deletedWhileWriting(10_000),
  withinTheCap({ megabytes: 20, maxFileMb: 1, maxTotalMb: 6, rounds: 2 }),
  realCollectors(6),
  ...REAL_FAILURES,
];

test.each(proofs.map((proof) => [proof.name, proof] as const))('%s', async (_name, proof) => {
  const { held, figures } = await proof.run(writers);
  expect({ figures, held }).toEqual({ figures, held: true });
});
