/**
 * The frame every command runs in: parse, run, report the failure, exit. It starts from failure: the exit code is 1 (the
 * door set it) until the work says otherwise, so that a promise that never settles cannot look like success.
 */
import { isatty } from 'node:tty';
import { asMonitorError, type MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { ReaderGone, writeStandardOutput } from '../files/standard-output';
import { createRedactor, type Redactor } from '../logging/redact';
import { helpOf, parseArguments, type Arguments, type CommandSpec } from './arguments';
import { exitCodeOf } from '../exit-codes';

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
  // Each connection says itself whether it verifies (lib/http/agent.ts); Node.js would warn on stderr all the same.
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  const redactor = createRedactor();
  const terminal = redacting(processTerminal(), redactor);
  const startedAt = new Date(performance.timeOrigin).toISOString();
  const codeOf = (failure: MonitorError): number =>
    failure.type === 'internal'
      ? (options.exitCodeOfDefect ?? 1)
      : (options.exitCodeOfFailure ?? ((f) => exitCodeOf(f.type)))(failure);
  const end = (failure: MonitorError): never => {
    const code = codeOf(failure);
    // One object: what fails when the answer is out already (at the process's end) has the exit code and stderr to say so.
    if (!printed && process.argv.some((word) => /^--json(=|$)/.test(word)))
      terminal.out(failureJson(spec, code, startedAt, failure, options.emptyAnswer));
    terminal.err(failureText(spec, failure));
    process.exit(code);
  };
  const finish = (code: number): never => {
    if (outputLost === null) process.exit(code);
    const rest = code === 0 ? ['The work itself is done; only what it had to say is lost.'] : [];
    terminal.err(failureText(spec, outputLost, rest));
    process.exit(code === 0 ? codeOf(outputLost) : code);
  };
  // What nobody caught is a defect: said in the same form, never a bare stack with exit 0. (The door listened so far.)
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => end(asMonitorError(error)));
  process.on('unhandledRejection', (reason) => end(asMonitorError(reason)));
  try {
    const parsed = parseArguments(spec, process.argv.slice(2));
    if (parsed.switches.has('help')) {
      terminal.out(helpOf(spec));
      finish(0);
    }
    if (parsed.switches.has('version')) {
      terminal.out(`${VERSION}\n`);
      finish(0);
    }
    finish(await run({ arguments: parsed, terminal, redactor }));
  } catch (thrown) {
    end(asMonitorError(thrown));
  }
}

/** What became of standard output; one process has one. */
let outputLost: MonitorError | null = null;
let printed = false;
/** asked once: a terminal that was closed says itself that it is none */
const onTerminal = isatty(1);

/**
 * The work goes on, an alert may still have to be raised; that its result reached nobody is told by the exit code. A
 * reader who has seen enough (`… | head`), or a terminal that was closed, is no loss.
 */
function print(text: string): void {
  if (outputLost !== null) return;
  printed = true;
  try {
    writeStandardOutput(text);
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    const terminalGone = onTerminal && errorCode(failure.cause) === 'EIO';
    if (!(failure instanceof ReaderGone) && !terminalGone) outputLost = failure;
  }
}

let stderr: NodeJS.WriteStream | undefined;

/** Where even this cannot be written there is nobody left to tell; the work goes on. */
function standardError(): NodeJS.WriteStream {
  stderr ??= process.stderr.on('error', () => undefined);
  return stderr;
}

function processTerminal(): Terminal {
  return {
    out: print,
    err: (text) => void standardError().write(text),
    isTerminal: onTerminal,
    environment: process.env,
  };
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
