/** What `auth-amazon` and `auth-hue` work with: the files, and the tools that the collectors use, too. */
import type { Config, Secrets } from '../config/config';
import { findFiles, type Files } from '../config/find';
import { loadConfig, type LoadOptions } from '../config/load';
import { allSecretValues, loadSecrets, type LoadedSecrets } from '../config/secrets';
import { finishEdits } from '../config/unfinished-edits';
import { asMonitorError } from '../errors';
import { createHttp } from '../http/fetch';
import type { Http } from '../http/http';
import { createLogger } from '../logging/create-logger';
import type { Logger } from '../logging/logger';
import type { Program } from '../logging/programs';
import type { Redactor } from '../logging/redact';
import type { Deadline } from '../reliability/deadline';
import { createRetrier, type Retrier } from '../reliability/retry';
import { sleep } from '../reliability/sleep';
import type { Invocation, Terminal } from './command';
import { interruption } from './interruption';
import { signOfLife, type SignOfLife } from './sign-of-life';
import { verboseLogger } from './verbose-logger';

export interface LoginKit {
  files: Files;
  config: Config;
  /** the valid sections of secrets.yaml; empty if there is no such file yet */
  secrets: Secrets;
  /** removes what would keep the sections that a login writes from being used */
  strays: LoadedSecrets['strays'];
  http: Http;
  retrier: Retrier;
  /** shows what the retrier does, on a terminal */
  life: SignOfLife;
  logger: Logger;
  closeLog: () => void;
  redactor: Redactor;
  terminal: Terminal;
  /** Shows what the user must read in order to act; on stderr if stdout belongs to `--json`. */
  tell: (text: string) => void;
  /** Shows everything else; nothing with `--quiet`. */
  say: (text: string) => void;
  /** aborts at SIGINT and SIGTERM; its reason is the MonitorError to throw */
  interrupted: AbortSignal;
}

/** @throws MonitorError `configuration` if config.yaml is not valid, or secrets.yaml cannot be read at all */
export async function openLoginKit(
  program: Program,
  invocation: Invocation,
  options: LoadOptions = {},
): Promise<LoginKit> {
  const { values, switches } = invocation.arguments;
  const files = findFiles(values, { environment: invocation.terminal.environment });
  await finishEdits(files);
  const config = loadConfig(files.config, options);
  const { redactor } = invocation;
  const life = signOfLife(invocation.terminal, { switches });
  const { terminal } = life;
  const { secrets, strays } = loadSecrets(files.secrets, { beforeLogin: true });
  for (const value of allSecretValues(secrets)) redactor.add(value);
  const log = createLogger({ config: config.logging, program, redact: redactor, complain: terminal.err });
  const logger = switches.has('verbose') ? verboseLogger(log, terminal) : log;
  const interrupted = interruption();
  const deadline = untilInterrupted(interrupted, config.collection.deadline_seconds * 1000);
  const tell = switches.has('json') ? terminal.err : terminal.out;
  return {
    files,
    config,
    secrets,
    strays,
    http: createHttp(),
    retrier: createRetrier({ policy: config.retry, logger, sleep, deadline, watch: life.watch }),
    life,
    logger,
    closeLog: () => log.close(),
    redactor,
    terminal,
    tell,
    say: switches.has('quiet') ? () => undefined : tell,
    interrupted,
  };
}

/** Runs a login and logs its failure. */
export async function logged<T>({ logger, closeLog, life }: LoginKit, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { type, message, remediation } = asMonitorError(thrown);
    logger.error('login_failed', message, { error_type: type, remediation });
    throw thrown;
  } finally {
    life.end();
    closeLog();
  }
}

/** A login has no deadline: only a signal ends it. No wait for a retry is longer than a cycle. */
function untilInterrupted(interrupted: AbortSignal, longestWaitMs: number): Deadline {
  return {
    signal: interrupted,
    remainingMs: () => longestWaitMs,
    interrupt: () => undefined,
    clear: () => undefined,
  };
}
