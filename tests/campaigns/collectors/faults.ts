/**
 * Makes the first, second, … last file-system, database and network call of a cycle fail, or kills the cycle there, and
 * checks the result: a documented end, reported in one object, and no reading missing.
 */
import { FaultBench, type HurtCase, type HurtRun } from './fault-bench';
import { DEEDS, SITUATIONS, type Kind, type Situation } from './fault-situations';
import { answerOf } from './reported-readings';

export interface FaultsOptions {
  situations?: readonly Situation[];
  /** which of the cases are tried, counted from 0 over all situations; default: all */
  chosen?: (nth: number, hurt: HurtCase, call: string) => boolean;
  /** @param share of the whole, 0 to 1 */
  onProgress?: (share: number, situation: string) => void;
  /** called immediately when one is found */
  onFault?: (fault: string) => void;
}

export interface FaultsResult {
  cases: number;
  /** calls of each kind in each situation: k went from 1 to this */
  calls: Record<string, number>;
  /** cases whose k-th call was not made, because the cycle took another path than the counted one */
  unreached: string[];
  /** how the cycles with a fault ended: by exit code or `killed` */
  ends: Record<string, number>;
  /** violations, each with the case that reproduces it */
  faults: string[];
}

const KINDS: readonly Kind[] = ['file', 'database', 'network'];

export async function failEachCall(options: FaultsOptions = {}): Promise<FaultsResult> {
  const { situations = SITUATIONS, chosen = () => true, onProgress, onFault } = options;
  const result: FaultsResult = { cases: 0, calls: {}, unreached: [], ends: {}, faults: [] };
  let nth = 0;
  for (const [index, situation] of situations.entries()) {
    const bench = await FaultBench.open(situation);
    try {
      const listed = await listCases(bench, result);
      const cases = listed.filter(({ hurt, call }) => chosen(nth++, hurt, call));
      for (const [done, { hurt, label }] of cases.entries()) {
        for (const complaint of await hurtOnce(bench, hurt, label, result)) {
          result.faults.push(`${label}: ${complaint}`);
          onFault?.(`${label}: ${complaint}`);
        }
        result.cases++;
        onProgress?.((index + (done + 1) / cases.length) / situations.length, situation.name);
      }
    } finally {
      await bench.close();
    }
  }
  return result;
}

interface ListedCase {
  hurt: HurtCase;
  call: string;
  label: string;
}

/** Every call that a cycle makes in this situation, in every way in which it may fail. */
async function listCases(bench: FaultBench, result: FaultsResult): Promise<ListedCase[]> {
  const { name } = bench.situation;
  const cases: ListedCase[] = [];
  for (const kind of KINDS) {
    const calls = await bench.listCalls(kind);
    result.calls[`${name}: ${kind}`] = calls.length;
    for (const [index, call] of calls.entries()) {
      for (const deed of DEEDS[kind]) {
        const hurt = { kind, k: index + 1, deed };
        cases.push({ hurt, call, label: `${name}: ${deed} at ${kind} call ${hurt.k} (${call})` });
      }
    }
  }
  return cases;
}

/** @returns the violations */
async function hurtOnce(bench: FaultBench, hurt: HurtCase, label: string, result: FaultsResult): Promise<string[]> {
  // On a busy machine a cycle may take another path than the counted one: then the same is tried again.
  let run: HurtRun;
  let tries = 3;
  do {
    bench.restore();
    run = await bench.run(hurt);
  } while (!run.reached && --tries > 0);
  const end = run.signal === null ? `exit ${run.exitCode}` : 'killed';
  result.ends[end] = (result.ends[end] ?? 0) + 1;
  if (!run.reached) result.unreached.push(label);
  return [
    ...(run.signal === null ? complaintsOfEnd(run, hurt) : []),
    ...(run.exitCode === 0 || run.exitCode === 3 ? await bench.missing(run) : []),
    ...(await bench.complaintsAfterwards(run)),
  ];
}

function complaintsOfEnd(run: HurtRun, { deed }: HurtCase): string[] {
  const { exitCode, stdout, stderr } = run;
  const complaints: string[] = [];
  if (/^\s+at |unhandled/im.test(stderr)) complaints.push(`a stack: ${stderr}`);
  const answer = answerOf(run);
  if (answer === null) return [...complaints, `not one JSON object: ${stdout}${stderr}`];
  if (answer.exit_code !== exitCode) complaints.push(`exit ${exitCode}, JSON says ${answer.exit_code}`);
  const { error } = answer;
  // If a lock seems to be taken, a cycle must assume that another cycle holds it.
  const overlaps = error?.type === 'overlap' && deed === 'SQLITE_BUSY';
  if (![0, 1, 2, 3, 4].includes(exitCode ?? -1) && !(exitCode === 5 && overlaps)) complaints.push(`exit ${exitCode}`);
  if ((error === null) !== (exitCode === 0)) complaints.push(`exit ${exitCode}, but the error is ${error?.type}`);
  if (error?.type === 'internal') complaints.push(`a defect: ${error.message}`);
  if (error !== null && (error.message === '' || error.remediation === ''))
    complaints.push(`an error that does not say what to do: ${error.type} ${error.message}`);
  return complaints;
}
