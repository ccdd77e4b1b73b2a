/** One line on stderr that changes while something long goes on; only on a terminal. */
import { isatty } from 'node:tty';
import type { Terminal } from '../command';

export interface Progress {
  show(text: string): void;
  clear(): void;
}

const EVERY_MS = 200;
const BACK_TO_AN_EMPTY_LINE = '\r\u001b[K';

export function progressOn(terminal: Pick<Terminal, 'err'>, isQuiet: boolean, isTerminal = isatty(2)): Progress {
  let shownAt = -Infinity;
  if (isQuiet || !isTerminal) return { show: () => undefined, clear: () => undefined };
  return {
    show: (text) => {
      if (performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      terminal.err(`${BACK_TO_AN_EMPTY_LINE}${text} `);
    },
    clear: () => {
      if (shownAt > -Infinity) terminal.err(BACK_TO_AN_EMPTY_LINE);
    },
  };
}
