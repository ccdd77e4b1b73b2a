/** `--verbose`: every step on stderr, of every level, beside the log file and its own level. */
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
