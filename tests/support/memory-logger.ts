/** A logger that keeps its lines, so that a test can ask what was said. */
import type { Fields, Level, Logger } from '../../lib/logging/logger';

export interface LoggedLine {
  level: Level;
  event: string;
  message: string;
  fields: Fields;
}

export interface MemoryLogger extends Logger {
  lines: LoggedLine[];
  /** the lines of this event, oldest first */
  of(event: string): LoggedLine[];
}

export function memoryLogger(): MemoryLogger {
  const lines: LoggedLine[] = [];
  const write =
    (level: Level) =>
    (event: string, message: string, fields: Fields = {}) => {
      lines.push({ level, event, message, fields });
    };
  return {
    lines,
    of: (event) => lines.filter((line) => line.event === event),
    critical: write('critical'),
    error: write('error'),
    warning: write('warning'),
    info: write('info'),
    debug: write('debug'),
  };
}
