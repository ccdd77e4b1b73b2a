/** One way in which an installation can be broken, what health says of it, and how that mends it. */
import type { Bench, BenchOptions } from '../bench';

export interface BrokenState {
  /** what is broken, in a few words: a row of docs/health.md */
  title: string;
  check: string;
  status: 'warn' | 'fail';
  exitCode: 0 | 1 | 2;
  /** key words of the check's message */
  says: RegExp;
  /** what the remedy tells to do: where `mend` is absent, its first group, or all of it, is typed into a shell */
  remedy: RegExp;
  bench?: BenchOptions;
  args?: readonly string[];
  /** why it cannot be made for real without being root */
  rootBecause?: string;
  /** health waits for it until its deadline: the test lets its clock run faster */
  hangs?: true;
  breakIt: (bench: Bench) => unknown;
  /** does what the remedy says, where that is not typed into a shell */
  mend?: (bench: Bench) => unknown;
}

/** Ends the test where a command that the remedy names does not succeed. */
export async function succeed(bench: Bench, command: string, args: readonly string[] = []): Promise<void> {
  const { exitCode, stderr } = await bench.run(command, args);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode ?? 'a signal'}: ${stderr}`);
}
