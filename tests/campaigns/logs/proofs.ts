/** Tests each promise of the log with processes that could break it: in short form in `npm test`, in long form in `npm run campaign logs`. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../../../lib/logging/programs';
import { inScratch } from '../in-scratch';
import { countLines, type Found } from './count-lines';
import type { WriterResult, Writers } from './run-writers';
import { watchDirectory } from './watch-directory';
import type { WriterTask } from './writer';

export interface ProofResult {
  held: boolean;
  /** what was measured, for the table */
  figures: string;
}

export interface Proof {
  name: string;
  run(writers: Writers): Promise<ProofResult>;
}

export const ENDS: WriterTask['end'][] = ['natural', 'exit', 'throw', 'reject', 'SIGTERM', 'SIGKILL'];

/** The programs that write at the same time. */
export const WRITERS: Record<string, Program[]> = {
  '1 process': ['collect-hue'],
  '2 of one program': ['collect-hue', 'collect-hue'],
  '2 programs': ['collect-hue', 'collect-aqm'],
  '4 processes of 2 programs': ['collect-hue', 'collect-aqm', 'collect-hue', 'collect-aqm'],
};

const LINE_BYTES = 300;

function summary(written: number, found: Found, results: readonly WriterResult[]): ProofResult {
  const figures = `written ${written}, found ${found.lines}, twice ${found.twice}, torn ${found.malformed}, in the wrong file ${found.misplaced}, files ${found.files}`;
  const noise = results
    .map(({ stderr }) => stderr)
    .filter((text) => text !== '' && !/nobody (catches|handles) this/.test(text));
  const held = found.lines === written && found.twice + found.malformed + found.misplaced + noise.length === 0;
  return { held, figures: [figures, ...noise].join('; ') };
}

/** Writes numbered lines and ends: every line must be there once, complete, in the files of its program. */
export function everyLine(cast: string, end: WriterTask['end'], lines: number): Proof {
  const programs = WRITERS[cast] ?? [];
  return {
    name: `${cast}, end: ${end}`,
    run: (writers) =>
      inScratch(async (directory) => {
        // A file size that makes 25 rotations of each program's log.
        const perProgram = (lines * LINE_BYTES * programs.length) / new Set(programs).size;
        const results = await writers.run(
          programs.map((program, writer) => ({
            ...{ directory, program, writer, lines, end, lineBytes: LINE_BYTES },
            ...{ maxFileMb: perProgram / 25 / 1e6, maxBackups: 100, maxTotalMb: 1000 },
          })),
        );
        const found = countLines(directory);
        const rotations = found.files - new Set(programs).size;
        const { held, figures } = summary(lines * programs.length, found, results);
        return { held: held && rotations >= 20, figures };
      }),
  };
}

/** Writers killed at any moment: acknowledged lines are there, no line is incomplete, and the next writers work. */
export function killedAnywhere(rounds: number): Proof {
  return {
    name: `4 processes killed at any moment, ${rounds} times`,
    run: (writers) =>
      inScratch(async (directory) => {
        let [said, missing] = [0, 0];
        for (let round = 0; round < rounds; round++) {
          const programs = WRITERS['4 processes of 2 programs'] ?? [];
          const results = await writers.run(
            programs.map((program, index) => ({
              ...{ directory, program, writer: round * programs.length + index, lines: 100_000, end: 'exit' as const },
              ...{ lineBytes: LINE_BYTES, maxFileMb: 0.02, maxBackups: 100, maxTotalMb: 1000, acknowledge: true },
            })),
            { killAfterLines: 5 + ((round * 37) % 150) },
          );
          const { seen } = countLines(directory);
          for (const [index, { stdout }] of results.entries()) {
            const last = Number(/(\d+)\n[^\n]*$/.exec(stdout)?.[1] ?? 0);
            said += last;
            for (let line = 1; line <= last; line++)
              if (!seen.has(`${round * programs.length + index}:${line}`)) missing++;
          }
          // Otherwise the lines of earlier rounds would be counted in each round.
          rmSync(join(directory, 'collect-hue.1.log'), { force: true });
        }
        const found = countLines(directory);
        const held = missing + found.twice + found.malformed + found.misplaced === 0 && said > 0;
        return {
          held,
          figures: `acknowledged ${said}, missing ${missing}, twice ${found.twice}, torn ${found.malformed}`,
        };
      }),
  };
}

export interface Volume {
  /** all writers together */
  megabytes: number;
  maxFileMb: number;
  maxTotalMb: number;
  /** how often the writers end and start again */
  rounds: number;
}

/** Four programs write much more than the size limit, and the directory is watched all the time. */
export function withinTheCap(
  { megabytes, maxFileMb, maxTotalMb, rounds }: Volume,
  onRound?: (round: number) => void,
): Proof {
  return {
    name: `4 programs write ${megabytes} MB within ${maxTotalMb} MB`,
    run: (writers) =>
      inScratch(async (directory) => {
        const watch = watchDirectory(directory);
        const programs: Program[] = ['collect-hue', 'collect-aqm', 'health', 'report'];
        const lines = Math.floor((megabytes * 1e6) / LINE_BYTES / programs.length / rounds);
        for (let round = 0; round < rounds; round++) {
          await writers.run(
            programs.map((program, index) => ({
              ...{ directory, program, writer: round * programs.length + index, lines, end: 'exit' as const },
              ...{ lineBytes: LINE_BYTES, maxFileMb, maxBackups: 5, maxTotalMb },
            })),
          );
          onRound?.(round + 1);
        }
        const worst = await watch.stop();
        const { malformed, twice, misplaced } = countLines(directory);
        const held =
          worst.du <= maxTotalMb * 1e6 &&
          worst.file <= maxFileMb * 1e6 &&
          worst.backups <= 5 &&
          malformed + twice + misplaced === 0;
        const mb = (bytes: number) => `${(bytes / 1e6).toFixed(3)} MB`;
        return {
          held,
          figures: `du at most ${mb(worst.du)}, largest file ${mb(worst.file)}, at most ${worst.backups} backups, ${worst.samples} looks, torn ${malformed}, twice ${twice}`,
        };
      }),
  };
}

/** The file, then the directory, is moved away while a program writes: each line is in one place or the other. */
export function movedWhileWriting(lines: number): Proof {
  return {
    name: 'file and directory moved away while writing',
    run: (writers) =>
      inScratch(async (scratch) => {
        const directory = join(scratch, 'logs');
        const current = join(directory, 'collect-hue.log');
        const accidents = [
          () => renameSync(current, join(directory, 'collect-hue.moved')),
          () => renameSync(directory, join(scratch, 'moved')),
          () => renameSync(current, join(directory, 'collect-hue.moved')),
        ];
        const task: WriterTask = {
          ...{ directory, program: 'collect-hue', writer: 0, lines, end: 'exit', acknowledge: true },
          ...{ lineBytes: LINE_BYTES, maxFileMb: 0.5, maxBackups: 100, maxTotalMb: 1000 },
        };
        const results = await writers.run([task], {
          onAcknowledged: (line) => {
            if (line >= (lines / 4) * (4 - accidents.length)) accidents.shift()?.();
          },
        });
        const found = countLines(directory);
        const before = countLines(join(scratch, 'moved'));
        found.lines += before.lines;
        found.malformed += before.malformed;
        return summary(lines, found, results);
      }),
  };
}

/** The file is deleted while a program writes: its content is lost, every later line is there. */
export function deletedWhileWriting(lines: number): Proof {
  return {
    name: 'file and directory deleted while writing',
    run: (writers) =>
      inScratch(async (scratch) => {
        const directory = join(scratch, 'logs');
        const accidents = [
          () => rmSync(join(directory, 'collect-hue.log')),
          () => rmSync(directory, { recursive: true, force: true }),
          () => rmSync(join(directory, 'collect-hue.log')),
        ];
        const task: WriterTask = {
          ...{ directory, program: 'collect-hue', writer: 0, lines, end: 'exit', acknowledge: true },
          ...{ lineBytes: LINE_BYTES, maxFileMb: 1000, maxBackups: 5, maxTotalMb: 10_000 },
        };
        const results = await writers.run([task], {
          onAcknowledged: (line) => {
            if (line >= (lines / 4) * (4 - accidents.length)) accidents.shift()?.();
          },
        });
        const found = countLines(directory);
        const numbers = [...found.seen].map((seen) => Number(seen.split(':')[1]));
        const first = Math.min(...numbers);
        const { held, figures } = summary(lines - first + 1, found, results);
        return {
          held: held && accidents.length === 0 && first < lines,
          figures: `last deletion before line ${first}; ${figures}`,
        };
      }),
  };
}

/** What one info line costs. */
export function costOfALine(lines: number): Proof {
  return {
    name: 'an info line under 20 µs (median)',
    run: (writers) =>
      inScratch(async (directory) => {
        const [result] = await writers.run([
          {
            ...{ directory, program: 'collect-hue', writer: 0, lines, end: 'exit', timeLines: true },
            ...{ lineBytes: LINE_BYTES, maxFileMb: 10, maxBackups: 5, maxTotalMb: 60 },
          },
        ]);
        const { median } = JSON.parse(result?.stdout ?? '{}') as { median: number };
        return { held: median < 20, figures: `${median.toFixed(1)} µs` };
      }),
  };
}
