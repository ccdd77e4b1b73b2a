/** One way in which an installation can be broken, what health says about it, and how to fix it. */
import type { Bench, BenchOptions } from '../bench';

export interface BrokenState {
  /** what is broken, in a few words: a row of docs/health.md */
  title: string;
  check: string;
  status: 'warn' | 'fail';
  exitCode: 0 | 1 | 2;
  /** key words of the check's message */
  says: RegExp;
  /** the remediation: if `fix` is absent, its first group, or all of it, is run in a shell */
  remedy: RegExp;
  bench?: BenchOptions;
  args?: readonly string[];
  /** why only root can produce it */
  rootBecause?: string;
  /** health waits for it until its deadline: the test uses a faster clock */
  hangs?: true;
  /** of the check once it is fixed, if that is not `pass`: what is not configured any more is skipped */
  fixed?: 'skip';
  breakIt: (bench: Bench) => unknown;
  /** follows the remediation, if that is not a shell command */
  fix?: (bench: Bench) => unknown;
}

/** Fails the test if a command of the remediation fails. */
export async function succeed(bench: Bench, command: string, args: readonly string[] = []): Promise<void> {
  const { exitCode, stderr } = await bench.run(command, args);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode ?? 'a signal'}: ${stderr}`);
}
