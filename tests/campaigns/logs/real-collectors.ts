/** Runs both collectors at once at debug level, many times, and kills every third one: their log lines stay complete. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHome } from '../../support/home';
import type { Proof } from './proofs';
import { watchDirectory } from './watch-directory';

const COLLECTORS = ['collect-hue', 'collect-aqm'];

export function realCollectors(cycles: number): Proof {
  return {
    name: `both collectors at debug level, ${cycles} cycles each`,
    run: async () => {
      const limits = { max_file_mb: 0.005, max_backups: 100, max_total_mb: 60, min_free_mb: 0 };
      const home = await openHome({ config: { logging: { level: 'debug', ...limits } } });
      mkdirSync(home.logDirectory, { recursive: true });
      const watch = watchDirectory(home.logDirectory);
      let [ended, killed] = [0, 0];
      try {
        for (let cycle = 0; cycle < cycles; cycle++) {
          const running = COLLECTORS.map((collector) => home.start(collector));
          if (cycle % 3 === 2) {
            const victim = running[cycle % 2];
            setTimeout(() => victim?.child.kill('SIGKILL'), 40 + ((cycle * 31) % 120));
          }
          for (const { exitCode } of await Promise.all(running.map(({ result }) => result))) {
            if (exitCode === 0) ended++;
            else killed++;
          }
        }
        const worst = await watch.stop();
        const { malformed, misplaced, completed, files } = readLogs(home.logDirectory);
        return {
          held: malformed + misplaced === 0 && completed >= ended && completed <= ended + killed && worst.file <= 5000,
          figures: `cycles ended well ${ended}, killed ${killed}, cycle_completed ${completed}, rotations ${files - 2}, torn ${malformed}, in the wrong file ${misplaced}, largest file ${worst.file} bytes`,
        };
      } finally {
        await home.close();
      }
    },
  };
}

function readLogs(directory: string) {
  const read = { malformed: 0, misplaced: 0, completed: 0, files: 0 };
  for (const name of readdirSync(directory).filter((entry) => !entry.startsWith('.'))) {
    read.files++;
    for (const text of readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1)) {
      try {
        const line = JSON.parse(text) as { program: string; event: string };
        if (!name.startsWith(`${line.program}.`)) read.misplaced++;
        if (line.event === 'cycle_completed') read.completed++;
      } catch {
        read.malformed++;
      }
    }
  }
  return read;
}
