/** Measures a log directory repeatedly while others write, and keeps the largest values. */
import { execFile } from 'node:child_process';
import { listLogFiles } from '../../../lib/logging/log-files';

export interface Worst {
  /** bytes as `du` counts them: whole blocks, the directory and the dot-files too */
  du: number;
  /** bytes of all log files */
  total: number;
  /** bytes of the largest file */
  file: number;
  /** backups of the program that has the most */
  backups: number;
  samples: number;
}

export interface Watch {
  /** ends after one last measurement */
  stop(): Promise<Worst>;
}

export function watchDirectory(directory: string, everyMs = 50): Watch {
  const worst: Worst = { du: 0, total: 0, file: 0, backups: 0, samples: 0 };
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await look(directory, worst);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    await look(directory, worst);
    return worst;
  })();
  return {
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

async function look(directory: string, worst: Worst): Promise<void> {
  const files = listLogFiles(directory);
  const backups = new Map<string, number>();
  for (const { program, number } of files) if (number > 0) backups.set(program, (backups.get(program) ?? 0) + 1);
  worst.samples++;
  worst.total = Math.max(worst.total, sum(files.map(({ bytes }) => bytes)));
  worst.file = Math.max(worst.file, ...files.map(({ bytes }) => bytes));
  worst.backups = Math.max(worst.backups, ...backups.values());
  worst.du = Math.max(worst.du, await du(directory));
}

function du(directory: string): Promise<number> {
  return new Promise((resolve) => {
    // If a file is removed while du runs, du reports an error; its sum is still right.
    execFile('du', ['--summarize', '--block-size=1', directory], (_failure, stdout) => {
      resolve(Number.parseInt(stdout, 10) || 0);
    });
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
