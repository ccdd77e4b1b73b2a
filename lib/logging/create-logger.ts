/** The program's log. Nothing is loaded, opened or created before the first line of a level that is wanted. */
import type { LoggingConfig } from '../config/config';
import type { Retrier } from '../reliability/retry';
import type { LogFileSystem } from './current-file';
import { LEVELS, type Fields, type Level, type Logger } from './logger';
import type { Program } from './programs';
import { createRedactor, type Redactor } from './redact';
import type * as Heavy from './winston-logger';

export interface LoggerOptions {
  config: LoggingConfig;
  program: Program;
  /** shared with every other output of the program */
  redact?: Redactor;
  now?: () => Date;
  /** says, once, that the log cannot be written */
  complain?: (text: string) => void;
  fs?: LogFileSystem;
}

export type CompleteLoggerOptions = LoggerOptions & Required<Omit<LoggerOptions, 'fs'>>;

export interface FileLogger extends Logger {
  /**
   * Call it when the cycle is stored and its lock released: retries a rotation that failed, at most until the
   * retrier's deadline. Never rejects. Writes nothing where all went well.
   */
  finish(retrier: Retrier): Promise<void>;
  /** Says what is still to be said and lets go of the directory; otherwise done at the process's end. */
  close(): void;
}

export function createLogger(options: LoggerOptions): FileLogger {
  const complete: CompleteLoggerOptions = {
    redact: createRedactor(),
    now: () => new Date(),
    complain: (text) => void process.stderr.write(text),
    ...options,
  };
  const wanted = LEVELS.indexOf(options.config.level);
  let winston: Heavy.WinstonLogger | undefined;

  function load(): Heavy.WinstonLogger {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, and only when there is something to log
    const heavy = require('./winston-logger') as typeof Heavy;
    process.once('exit', close);
    return heavy.createWinstonBackedLogger(complete);
  }

  function close(): void {
    process.removeListener('exit', close);
    winston?.close();
    winston = undefined;
  }

  const at = (level: Level) => {
    if (LEVELS.indexOf(level) > wanted) return () => undefined;
    return (event: string, message: string, fields?: Fields) => (winston ??= load()).log(level, event, message, fields);
  };

  return {
    critical: at('critical'),
    error: at('error'),
    warning: at('warning'),
    info: at('info'),
    debug: at('debug'),
    finish: async (retrier) => winston?.finish(retrier),
    close,
  };
}
