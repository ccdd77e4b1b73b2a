/**
 * The frame every command runs in: parse, run, report the failure, exit. It starts from failure: the exit code is 1 (the
 * door set it) until the work says otherwise, so that a promise that never settles cannot look like success.
 */
import { isatty } from 'node:tty';
import { asMonitorError, MonitorError } from '../errors';
import { createRedactor, type Redactor } from '../logging/redact';
import { helpOf, parseArguments, type Arguments, type CommandSpec } from './arguments';
import { exitCodeOf } from './exit-codes';

/** What a command may touch of the process. */
export interface Terminal {
  out: (text: string) => void;
  err: (text: string) => void;
  /** whether a person looks at stdout */
  isTerminal: boolean;
  environment: NodeJS.ProcessEnv;
}

export interface Invocation {
  arguments: Arguments;
  /** everything said through it passes the redactor */
  terminal: Terminal;
  /** told every secret as soon as it is known */
  redactor: Redactor;
}

/** Does the work and gives the exit code; what it throws is reported here. */
export type Run = (invocation: Invocation) => Promise<number>;

export interface CommandOptions {
  /** what an unexpected error exits with: 1, for health 2 */
  exitCodeOfDefect?: number;
  /** what a failure exits with where the command has a table of its own */
  exitCodeOfFailure?: (failure: MonitorError) => number;
  /** fields that every `--json` answer of this command has, as they are when nothing was done */
  emptyAnswer?: object;
}

declare const PACKAGE_VERSION: string | undefined;
/** put in by the build from package.json */
export const VERSION = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : '0.0.0-source';

/** Runs a command to its end and ends the process. */
export async function main(spec: CommandSpec, run: Run, options: CommandOptions = {}): Promise<void> {
  const redactor = createRedactor();
  const said = { anything: false };
  const terminal = redacting(noting(processTerminal(), said), redactor);
  const startedAt = new Date(performance.timeOrigin).toISOString();
  const end = (failure: MonitorError): never => {
    const defect = failure.type === 'internal';
    const code = defect
      ? (options.exitCodeOfDefect ?? 1)
      : (options.exitCodeOfFailure ?? ((f) => exitCodeOf(f.type)))(failure);
    // One object: what fails when the answer is out already (at the process's end) has the exit code and stderr to say so.
    if (!said.anything && process.argv.some((word) => /^--json(=|$)/.test(word)))
      terminal.out(failureJson(spec, code, startedAt, failure, options.emptyAnswer));
    terminal.err(failureText(spec, failure));
    process.exit(code);
  };
  // What nobody caught is a defect: said in the same form, never a bare stack with exit 0. (The door listened so far.)
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => end(outputFailure(error) ?? asMonitorError(error)));
  process.on('unhandledRejection', (reason) => end(asMonitorError(reason)));
  try {
    const parsed = parseArguments(spec, process.argv.slice(2));
    if (parsed.switches.has('help')) {
      terminal.out(helpOf(spec));
      process.exit(0);
    }
    if (parsed.switches.has('version')) {
      terminal.out(`${VERSION}\n`);
      process.exit(0);
    }
    process.exit(await run({ arguments: parsed, terminal, redactor }));
  } catch (thrown) {
    end(outputFailure(thrown) ?? asMonitorError(thrown));
  }
}

export function processTerminal(): Terminal {
  return {
    out: (text) => void standardOutput().write(text),
    err: (text) => void standardError().write(text),
    isTerminal: (wasTerminal = isatty(1)),
    environment: process.env,
  };
}

/** A terminal that was closed says itself that it is none. */
let wasTerminal = false;

let stdout: NodeJS.WriteStream | undefined;
let stderr: NodeJS.WriteStream | undefined;

/** Made when there is something to say: a silent cycle does not pay for the stream. */
function standardOutput(): NodeJS.WriteStream {
  stdout ??= process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `… | head`, or a terminal that was closed: a reader who is gone changes neither the work nor its exit code.
    if (error.code !== 'EPIPE' && !(error.code === 'EIO' && wasTerminal)) throw error;
  });
  return stdout;
}

/** Where even this cannot be written there is nobody left to tell; the work goes on. */
function standardError(): NodeJS.WriteStream {
  stderr ??= process.stderr.on('error', () => undefined);
  return stderr;
}

const OUTPUT_FAILURES: Record<string, string> = {
  ENOSPC: 'no space left',
  EDQUOT: 'no space left in the quota',
  EIO: 'input/output error',
};

/** What was to be said found no room: the disk behind `> FILE` is full, or fails. Not our defect. */
function outputFailure(thrown: unknown): MonitorError | null {
  const { code, syscall } = thrown as Partial<NodeJS.ErrnoException>;
  const why = syscall === 'write' ? OUTPUT_FAILURES[code ?? ''] : undefined;
  if (why === undefined) return null;
  return new MonitorError(`the output cannot be written: ${why}`, {
    type: 'file_system',
    permanent: true,
    remediation: 'Make room where the output is redirected to: df -h',
  });
}

/** Notes whether stdout has been told anything. */
function noting(terminal: Terminal, said: { anything: boolean }): Terminal {
  const out = (text: string) => {
    said.anything = true;
    terminal.out(text);
  };
  return { ...terminal, out };
}

/** Nothing reaches the terminal, cron's mail or a pipeline without passing the redactor. */
function redacting(terminal: Terminal, redact: Redactor): Terminal {
  return { ...terminal, out: (text) => terminal.out(redact(text)), err: (text) => terminal.err(redact(text)) };
}

/** What happened, and what to do: a few lines; a stack only for what is our defect. */
export function failureText(
  spec: Pick<CommandSpec, 'name'>,
  failure: MonitorError,
  further: readonly string[] = [],
): string {
  const stack = failure.type === 'internal' && failure.cause instanceof Error ? (failure.cause.stack ?? '') : '';
  return [
    ...`${spec.name}: ${failure.message}`.split('\n'),
    ...stack.split('\n').slice(1, 4),
    ...(failure.remediation === '' ? [] : failure.remediation.split('\n')),
    ...further,
  ]
    .filter((line) => line !== '')
    .slice(0, 10)
    .map((line) => `${line}\n`)
    .join('');
}

export function failureJson(
  spec: Pick<CommandSpec, 'name'>,
  code: number,
  startedAt: string,
  failure: MonitorError,
  emptyAnswer: object = {},
): string {
  return `${JSON.stringify({
    schema_version: 1,
    command: spec.name,
    exit_code: code,
    outcome: 'failed',
    started_at: startedAt,
    duration_ms: Math.round(performance.now()),
    ...emptyAnswer,
    error: { type: failure.type, message: failure.message, remediation: failure.remediation },
  })}\n`;
}
