/** Asks the user a question and reads the answer from stdin, which may be a terminal or a pipe. */
import type { Readable } from 'node:stream';

export interface Asker {
  /**
   * @returns the next line, without spaces around it; null if the input has ended
   * @throws the reason of the signal
   */
  ask(question: string): Promise<string | null>;
  /** Closes stdin, so that the process can end. */
  close(): void;
}

/** @param say shows the question; the user types the answer after it */
export function createAsker(
  say: (question: string) => void,
  signal: AbortSignal,
  input: Readable = process.stdin,
): Asker {
  let reader: { lines: AsyncIterator<string>; close(): void } | undefined;
  const open = async () => {
    const { createInterface } = await import('node:readline');
    const lines = createInterface({ input, terminal: false });
    return { lines: lines[Symbol.asyncIterator](), close: () => lines.close() };
  };
  return {
    async ask(question) {
      say(question);
      reader ??= await open();
      const aborted = new Promise<never>((_resolve, reject) => {
        if (signal.aborted) reject(signal.reason);
        else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      const next = await Promise.race([reader.lines.next(), aborted]);
      return next.done === true ? null : next.value.trim();
    },
    close: () => reader?.close(),
  };
}
