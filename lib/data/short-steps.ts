/**
 * Stores much in short transactions, so far apart that a collector that wants to write in between gets its turn: SQLite's
 * wait tries again after at most 50 ms.
 */
import { asMonitorError } from '../errors';
import { sleep } from '../reliability/sleep';
import { BrokenOff, type DataContext } from './operation';

/** A step may take several times as long on a slow card, and is then still far below a second. */
const STEP_MS = 100;
const PAUSE_MS = 60;
const FIRST_SIZE = 20;
const LARGEST_SIZE = 5000;

/**
 * @param step does so much of the work as one transaction, and says whether more is to do
 * @param stored how much is stored by now: in words, and for `--json`
 * @throws BrokenOff if it ends before its end
 */
export async function inShortSteps(
  { signal }: Pick<DataContext, 'signal'>,
  step: (size: number) => Promise<boolean>,
  stored: () => { sentence: string; details: Readonly<Record<string, unknown>> },
): Promise<void> {
  let size = FIRST_SIZE;
  try {
    for (;;) {
      signal.throwIfAborted();
      const startedAt = performance.now();
      if (!(await step(size))) return;
      const tookMs = Math.max(1, performance.now() - startedAt);
      size = Math.max(1, Math.min(size * 2, LARGEST_SIZE, Math.floor((size * STEP_MS) / tookMs)));
      await sleep(PAUSE_MS, signal);
    }
  } catch (thrown) {
    const { sentence, details } = stored();
    throw new BrokenOff(asMonitorError(signal.aborted ? signal.reason : thrown), sentence, details);
  }
}
