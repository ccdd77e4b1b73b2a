/** What the rest of the program knows about logging: five levels, an event name, a sentence and fields. */

/** Fields of an event; `undefined` ones are left out of the line. */
export interface Fields {
  /** what to do, as a text: a remedy with two parts passes `textOfRemedy` first */
  remediation?: string;
  [name: string]: unknown;
}

/**
 * Writes one JSON object a line. When a call returns, the kernel has the line. For lines that cannot be
 * written there is one notice on stderr; they never throw.
 */
export interface Logger {
  critical(event: string, message: string, fields?: Fields): void;
  error(event: string, message: string, fields?: Fields): void;
  warning(event: string, message: string, fields?: Fields): void;
  info(event: string, message: string, fields?: Fields): void;
  debug(event: string, message: string, fields?: Fields): void;
}

/** For work that is done before there is a configuration to say where the log is. */
export const silentLogger: Logger = {
  critical: () => undefined,
  error: () => undefined,
  warning: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};
