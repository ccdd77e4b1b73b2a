/** What the log is made with; both halves of the logger know it. */
import type { LoggingConfig } from '../config/config';
import type { LogFileSystem } from './current-file';
import type { Program } from './programs';
import type { Redactor } from './redact';

export interface LoggerOptions {
  config: LoggingConfig;
  program: Program;
  /** shared with every other output of the program */
  redact: Redactor;
  now?: () => Date;
  /** says, once, that the log cannot be written */
  complain?: (text: string) => void;
  fs?: LogFileSystem;
}

export type CompleteLoggerOptions = LoggerOptions & Required<Omit<LoggerOptions, 'fs'>>;

/** The retry: it uses the log, so the log gets it from outside. */
export type TryAgain = (operation: { operation: string; endpoint: string }, attempt: () => void) => Promise<void>;
