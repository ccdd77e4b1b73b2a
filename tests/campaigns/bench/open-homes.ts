/** Starts the simulated devices of the bench in a separate process, so that they do not affect the measured one. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './cases';

export interface Homes {
  close(): void;
}

/** Makes `<directory>/https-<n>` and `<directory>/http-<n>` for each number of sensors. */
export async function openHomes(directory: string, sensors: readonly number[]): Promise<Homes> {
  const words = ['--require', 'tsx/cjs', join(__dirname, 'homes.ts'), directory, ...sensors.map(String)];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`the simulated devices ended with exit code ${code ?? 'none'}`)));
  });
  return { close: () => child.stdin.end() };
}
