/** The program's log. Nothing is loaded, opened or created before the first line of a level that is wanted. */
import { LEVELS, type Level } from '../config/config';
import type { Fields, Logger } from './logger';
import type { CompleteLoggerOptions, LoggerOptions, TryAgain } from './logger-options';
import type * as Heavy from './winston-logger';

export interface FileLogger extends Logger {
  /**
   * Call it when the cycle is stored and its lock released: a rotation that failed is tried again. Never rejects.
   * Writes nothing if all went well.
   */
  finish(again: TryAgain): Promise<void>;
  /** Writes what is still to be said and releases the directory; otherwise done at the process's end. */
  close(): void;
}

export function createLogger(options: LoggerOptions): FileLogger {
  const complete: CompleteLoggerOptions = {
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
    finish: async (again) => winston?.finish(again),
    close,
  };
}
