/**
 * The frame in which every command runs: parse, run, report the failure, exit. The exit code is that of a failure (set by
 * bin/door.js) until the work has ended, so that a promise that never settles cannot look like success.
 */
import { isatty } from 'node:tty';
import { asMonitorError, type MonitorError } from '../errors';
import { EXIT, exitCodeOf } from '../exit-codes';
import { errorCode } from '../files/file-error';
import { ReaderGone, writeStandardOutput } from '../files/standard-output';
import { createRedactor, LONG_SECRET, type Redact, type Redactor } from '../logging/redact';
import { loadDriver } from '../store/driver';
import { showCommandsAs } from '../typed-command';
import { harmless, printable } from '../wording';
import type { Answer } from './answer';
import { parseArguments, type Arguments, type CommandSpec } from './arguments';
import { envelope } from './envelope';
import { helpOf } from './help';
import { ownCommands } from './own-command';

/** What a command may touch of the process. */
export interface Terminal {
  out: (output: string | Answer) => void;
  err: (text: string) => void;
  /** whether stdout is a terminal */
  isTerminal: boolean;
  environment: NodeJS.ProcessEnv;
}

export interface Invocation {
  arguments: Arguments;
  /** everything that is printed through it passes the redactor */
  terminal: Terminal;
  /** gets every secret as soon as it is known */
  redactor: Redactor;
}

/** Does the work and returns the exit code; this file reports what it throws. */
export type Run = (invocation: Invocation) => Promise<number>;

export interface CommandOptions {
  /** the exit code of a failure, if the command has its own table */
  exitCodeOf?: (failure: MonitorError) => number;
  /** true: it says itself, in its own words, if there is no driver for the database */
  checksDriver?: boolean;
  /** the fields that every `--json` answer of this command has, with their values when nothing was done */
  emptyAnswer?: object;
}

declare const PACKAGE_VERSION: string | undefined;
/** the build takes it from package.json */
export const VERSION = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : '0.0.0-source';

/** Runs a command to its end and ends the process. */
export async function main(spec: CommandSpec, run: Run, options: CommandOptions = {}): Promise<void> {
  // Each connection decides itself whether it verifies (lib/http/agent.ts); Node.js would nevertheless warn on stderr.
  const environment = { ...process.env };
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  const redactor = createRedactor();
  const terminal = guarded(processTerminal(environment), redactor);
  const codeOf = options.exitCodeOf ?? (({ type }: MonitorError): number => exitCodeOf(type));
  const end = (failure: MonitorError): never => {
    const code = codeOf(failure);
    // Only one object: a failure after the answer was printed (at the end of the process) is reported by exit code and stderr.
    if (!printed && process.argv.some((word) => /^--json(=|$)/.test(word)))
      terminal.out(envelope(spec.name, options.emptyAnswer ?? {}, { exit_code: code, error: failure }));
    terminal.err(failureText(spec, failure, redactor));
    process.exit(code);
  };
  const finish = (code: number): never => {
    if (outputLost === null) process.exit(code);
    const rest = code === EXIT.done ? ['The work itself is done; only its output is lost.'] : [];
    terminal.err(failureText(spec, outputLost, redactor, rest));
    process.exit(code === EXIT.done ? codeOf(outputLost) : code);
  };
  // An uncaught error is a defect: it is reported in the same form. (Until here bin/door.js has listened for it.)
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => end(asMonitorError(error)));
  process.on('unhandledRejection', (reason) => end(asMonitorError(reason)));
  try {
    showCommandsAs(ownCommands({}, terminal));
    const parsed = parseArguments(spec, process.argv.slice(2));
    showCommandsAs(ownCommands(parsed.values, terminal));
    if (parsed.switches.has('help')) {
      terminal.out(helpOf(spec));
      finish(EXIT.done);
    }
    if (parsed.switches.has('version')) {
      terminal.out(`${VERSION}\n`);
      finish(EXIT.done);
    }
    if (options.checksDriver !== true) loadDriver();
    finish(await run({ arguments: parsed, terminal, redactor }));
  } catch (thrown) {
    end(asMonitorError(thrown));
  }
}

/** The state of standard output, of which a process has one. */
let outputLost: MonitorError | null = null;
let printed = false;
/** determined once: after a terminal was closed, isatty says that it is not one */
const onTerminal = isatty(1);

/**
 * If this fails, the work continues, because an alert may still have to be raised; the exit code reports the lost output.
 * A reader that needs no more (`… | head`), or a terminal that was closed, does not count as lost output.
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

/** If even stderr cannot be written, nothing can report that; the work continues. */
function standardError(): NodeJS.WriteStream {
  stderr ??= process.stderr.on('error', () => undefined);
  return stderr;
}

function processTerminal(environment: NodeJS.ProcessEnv): Terminal {
  return {
    out: (output) => print(typeof output === 'string' ? output : output.text()),
    err: (text) => void standardError().write(text),
    isTerminal: onTerminal,
    environment,
  };
}

/**
 * Everything that goes to the terminal, to cron's mail or into a pipeline passes the redactor, and gives no commands to
 * a terminal. Short secrets are masked before: in each value of an answer, and in the text of a failure.
 */
export function guarded(terminal: Terminal, redact: Redactor, errIsTerminal = isatty(2)): Terminal {
  const long = redact.ofAtLeast(LONG_SECRET);
  return {
    ...terminal,
    out: (output) =>
      terminal.out(typeof output === 'string' ? harmless(long(output), terminal.isTerminal) : output.text(redact)),
    err: (text) => terminal.err(harmless(long(text), errIsTerminal)),
  };
}

/** Only what is wrong with the user's own files takes several lines: what a device says must not begin one. */
function linesOf(message: string, { type }: MonitorError): string {
  return type === 'configuration' || type === 'usage' ? message : printable(message, ' ');
}

/** What happened, and what to do, in a few lines; with a stack only if it is a defect of this program. */
export function failureText(
  spec: Pick<CommandSpec, 'name'>,
  failure: MonitorError,
  redact: Redact,
  further: readonly string[] = [],
): string {
  const stack = failure.type === 'internal' && failure.cause instanceof Error ? (failure.cause.stack ?? '') : '';
  return [
    `${spec.name}: ${redact(linesOf(failure.message, failure))}`,
    stack.split('\n').slice(1, 4).join('\n'),
    redact(failure.remediation),
    ...further,
  ]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .slice(0, 10)
    .map((line) => `${printable(line, ' ')}\n`)
    .join('');
}
