/** `--verbose`: prints lines of every level on stderr; the log file still has only those of its own level. */
import { LEVELS, type Level } from '../config/config';
import type { Fields, Logger } from '../logging/logger';
import { printable } from '../wording';
import type { Terminal } from './command';

export function verboseLogger(logger: Logger, terminal: Terminal): Logger {
  const at = (level: Level) => (event: string, message: string, fields?: Fields) => {
    logger[level](event, message, fields);
    terminal.err(`${level.padEnd(8)} ${event}: ${printable(message, ' ')}\n`);
  };
  return Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as unknown as Logger;
}
