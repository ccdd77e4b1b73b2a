/** Reads what the user pastes, even if the terminal has broken it into lines, and says at once if it is not enough. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface PasteOptions {
  input: Readable;
  /** @returns null if the text is what was asked for, else what is wrong with it */
  whatIsWrong: (text: string) => string | null;
  /** shows that, so that every Enter has an answer; the user pastes again */
  askAgain: (reason: string) => void;
  /** how long to wait for the next line: the lines of a paste arrive immediately after each other */
  quietMs?: number;
  /** ends the waiting; its reason is thrown */
  signal: AbortSignal;
}

/** @returns the first text with which nothing is wrong, or what was there at the end of the input, good or not */
export function readPasted({ input, whatIsWrong, askAgain, quietMs = 400, signal }: PasteOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    /** what was pasted before, and refused: the beginning of a paste that takes long, or a mistake */
    const earlier: string[] = [];
    let lines: string[] = [];
    const reader = createInterface({ input, terminal: false });
    let timer: NodeJS.Timeout | undefined;
    const end = (text: string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      reader.off('close', atEnd).close();
      resolve(text);
    };
    const atEnd = () => end([...earlier, ...lines].join('\n'));
    const stop = () => {
      reject(signal.reason);
      end('');
    };
    const judge = () => {
      const [alone, together] = [lines.join('\n'), [...earlier, ...lines].join('\n')];
      const reason = whatIsWrong(alone);
      const right = reason === null ? alone : whatIsWrong(together) === null ? together : null;
      if (alone.trim() !== '') earlier.push(...lines);
      lines = [];
      if (right !== null) end(right);
      else askAgain(reason ?? '');
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    reader.on('close', atEnd);
    reader.on('line', (line) => {
      clearTimeout(timer);
      lines.push(line);
      timer = setTimeout(judge, quietMs);
    });
  });
}
