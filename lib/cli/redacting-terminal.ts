/** Nothing reaches the terminal, cron's mail or a pipeline without passing the redactor. */
import type { Terminal } from './command';

export function redactingTerminal(terminal: Terminal, redact: (text: string) => string): Terminal {
  return { ...terminal, out: (text) => terminal.out(redact(text)), err: (text) => terminal.err(redact(text)) };
}
