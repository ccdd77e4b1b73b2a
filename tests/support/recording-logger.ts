/** A logger that keeps every line, for tests of modules that log. */
import { LEVELS, type Level } from '../../lib/config/config';
import type { Fields, Logger } from '../../lib/logging/logger';

export interface RecordedEvent {
  level: Level;
  event: string;
  message: string;
  fields: Fields;
}

export interface RecordingLogger extends Logger {
  events: RecordedEvent[];
  /** the fields of each line of this event, oldest first */
  of(event: string): Fields[];
}

export function recordingLogger(): RecordingLogger {
  const events: RecordedEvent[] = [];
  const write =
    (level: Level) =>
    (event: string, message: string, fields: Fields = {}) => {
      events.push({ level, event, message, fields });
    };
  const methods = Object.fromEntries(LEVELS.map((level) => [level, write(level)])) as unknown as Logger;
  return {
    ...methods,
    events,
    of: (wanted) => events.filter(({ event }) => event === wanted).map(({ fields }) => fields),
  };
}
