/** Starts the simulated devices of the bench in a separate process, so that they do not affect the measured one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './cases';
import type { handOnCases } from './hand-on';

export interface Homes {
  /** what those hand on that hand something on */
  kinds: Parameters<typeof handOnCases>[1];
  close(): void;
}

/** Makes `<directory>/https-<n>` and `<directory>/http-<n>` for each number of sensors, and those that hand something on. */
export async function openHomes(directory: string, sensors: readonly number[]): Promise<Homes> {
  const words = ['--require', 'tsx/cjs', join(__dirname, 'homes.ts'), directory, ...sensors.map(String)];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const kinds = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString()));
    child.once('exit', (code) => reject(new Error(`the simulated devices ended with exit code ${code ?? 'none'}`)));
  });
  return { kinds: JSON.parse(kinds) as Homes['kinds'], close: () => child.stdin.end() };
}
