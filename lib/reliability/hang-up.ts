/** The end of a process whose terminal was closed. */
import { closeSync, fstatSync } from 'node:fs';

/**
 * When it exits, Node.js gives the terminal its settings back, and aborts (exit 134, a core file) if there is no
 * terminal any more; it leaves out what is closed. So the program closes it, as the last thing it does.
 */
export function letGoOfTerminalAtExit(): void {
  process.once('exit', () => {
    for (const standardStream of [0, 1, 2]) {
      try {
        if (fstatSync(standardStream).isCharacterDevice()) closeSync(standardStream);
      } catch {
        // Closed already.
      }
    }
  });
}
