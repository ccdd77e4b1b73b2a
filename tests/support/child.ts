/** Runs one of tests/support/children as a separate process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface ChildResult {
  stdout: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  uid?: number;
  /** output on stderr is expected */
  quiet?: boolean;
}

export function startChild(
  name: string,
  parameters: readonly string[],
  { quiet = false, ...options }: ChildOptions = {},
): ChildProcess {
  return spawn(process.execPath, [join(__dirname, 'run-typescript.js'), name, ...parameters], {
    stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit'],
    ...options,
  });
}

export function runChild(name: string, parameters: readonly string[], options?: ChildOptions): Promise<ChildResult> {
  return resultOf(startChild(name, parameters, options));
}

/** Waits for its end. */
export function resultOf(child: ChildProcess): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ stdout, code, signal }));
  });
}
