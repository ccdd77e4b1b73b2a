/** The end of a process whose terminal was closed. */
import { closeSync, fstatSync } from 'node:fs';

/**
 * When it exits, Node.js gives the terminal its settings back, and aborts (exit 134, a core file) where there is no
 * terminal any more; it leaves out what is closed. So a closed terminal is let go of first, as the last thing done.
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
