/** Reads what the user pastes, even if the terminal has broken it into lines. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface PasteOptions {
  input: Readable;
  /** whether the text is complete, so that the waiting ends when no more lines come */
  isComplete: (text: string) => boolean;
  /** how long to wait for the next line: the lines of a paste arrive immediately after each other */
  quietMs?: number;
  /** ends the waiting; its reason is thrown */
  signal: AbortSignal;
}

/** @returns all lines up to the end of the input, to an empty line after some text, or to the pause after a complete text */
export function readPasted({ input, isComplete, quietMs = 400, signal }: PasteOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const reader = createInterface({ input, terminal: false });
    let timer: NodeJS.Timeout | undefined;
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      reader.close();
      resolve(lines.join('\n'));
    };
    const stop = () => {
      reject(signal.reason);
      end();
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    reader.on('close', end);
    reader.on('line', (line) => {
      clearTimeout(timer);
      if (line.trim() === '' && lines.length > 0) end();
      else lines.push(line);
      if (isComplete(lines.join('\n'))) timer = setTimeout(end, quietMs);
    });
  });
}
