/** Starts bin/<command>.js as cron does: without a terminal, in the directory /, with a minimal environment. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

export const PROJECT_ROOT = join(__dirname, '..', '..');

export interface RunOptions {
  args?: readonly string[];
  /** added to the environment of cron (PATH, HOME) */
  environment?: Record<string, string>;
  cwd?: string;
  /** the input; without it stdin is closed; null leaves stdin open, so that the test can write to it */
  input?: string | null;
  /** another user to run as, with the group of the same number */
  uid?: number;
  /** program and arguments put before node: ['faketime', '+1d'] */
  wrapper?: readonly string[];
  /** an open file instead of the pipe; RunResult.stdout is then empty */
  stdout?: number;
}

export interface RunResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  pid: number;
}

export interface Running {
  child: ChildProcess & { stdin: Writable };
  /** its output on stdout so far */
  stdout(): string;
  result: Promise<RunResult>;
}

/** To write down its coverage costs a process a third of its time; after a hundred runs of a script there is little to add. */
const COUNTED_RUNS = 100;
const runs = new Map<string, number>();

/** The settings for spawned processes that `npm test` (coverage) and `npm run node-versions` (warnings) need. */
export function observingEnvironment(script: string): Record<string, string> {
  const { CHILD_COVERAGE: coverage, NODE_REDIRECT_WARNINGS: warnings } = process.env;
  const earlier = runs.get(script) ?? 0;
  runs.set(script, earlier + 1);
  return {
    ...(coverage === undefined || earlier >= COUNTED_RUNS ? {} : { NODE_V8_COVERAGE: coverage }),
    ...(warnings === undefined ? {} : { NODE_REDIRECT_WARNINGS: warnings }),
  };
}

export function startCommand(name: string, options: RunOptions = {}): Running {
  const script = join(PROJECT_ROOT, 'bin', `${name}.js`);
  return startNode([script, ...(options.args ?? [])], options);
}

export function startNode(nodeArguments: readonly string[], options: RunOptions = {}): Running {
  const [program = process.execPath, ...words] = [...(options.wrapper ?? []), process.execPath, ...nodeArguments];
  const child = spawn(program, words, {
    cwd: options.cwd ?? '/',
    env: {
      PATH: '/usr/bin:/bin',
      HOME: '/nonexistent',
      ...observingEnvironment(nodeArguments[0] ?? ''),
      ...options.environment,
    },
    stdio: ['pipe', options.stdout ?? 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  if (child.stdin === null || child.stderr === null) throw new Error('a pipe was asked for');
  child.stdin.on('error', () => undefined); // a command that never reads its input may have ended already
  if (options.input !== null) child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = new Promise<RunResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr, pid: child.pid ?? 0 }));
  });
  return { child: Object.assign(child, { stdin: child.stdin }), stdout: () => stdout, result };
}

export function runCommand(name: string, options: RunOptions = {}): Promise<RunResult> {
  return startCommand(name, options).result;
}
