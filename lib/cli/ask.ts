/** Asks the user a question and takes the answer from stdin, from a person or a pipe alike. */
import type { Readable } from 'node:stream';

export interface Asker {
  /**
   * @returns the next line, without blanks around it; null where the input has ended
   * @throws the signal's reason
   */
  ask(question: string): Promise<string | null>;
  /** Lets go of stdin, so that it does not hold the process. */
  close(): void;
}

/** @param say shows the question; the answer is typed behind it */
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
