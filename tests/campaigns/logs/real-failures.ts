/** Real failures, made with tools of root: a full disk, a directory that may not be changed, files that may not be removed. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countLines } from './count-lines';
import { inScratch } from '../in-scratch';
import type { Proof } from './proofs';
import type { WriterTask } from './writer';

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

const small = {
  ...{ program: 'collect-hue', writer: 0, lines: 1000, lineBytes: 300, end: 'exit' },
  ...{ maxFileMb: 0.05, maxBackups: 3, maxTotalMb: 60 },
} as const satisfies Partial<WriterTask>;

function events(directory: string, event: string): number {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter((line) => line.includes(`"event":"${event}"`)).length;
}

/** Both programs write twice what fits: no line is incomplete, each reports it once, and both end with success. */
const fullDisk: Proof = {
  name: 'a disk of 2 MB that is full',
  run: (writers) =>
    inScratch(async (scratch) => {
      const directory = join(scratch, 'logs');
      mkdirSync(directory);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory]);
      try {
        const results = await writers.run([
          { ...small, directory, lines: 8000, maxFileMb: 10, maxBackups: 100 },
          { ...small, directory, lines: 8000, maxFileMb: 0.1, maxBackups: 100, program: 'collect-aqm', writer: 1 },
        ]);
        const { lines, malformed } = countLines(directory);
        const said = results.map(({ stderr }) => stderr);
        const exits = results.map(({ exitCode, signal }) => signal ?? exitCode);
        const wellSaid = said.every((text) => /^[^\n]*no space left on device \(ENOSPC\)\. [^\n]+\n$/.test(text));
        return {
          held: wellSaid && malformed === 0 && exits.every((exit) => exit === 0) && lines > 5000,
          figures: `exits ${exits.join(', ')}; lines on stderr ${said.map((text) => text.split('\n').length - 1).join(', ')}; ${lines} lines fitted, torn ${malformed}`,
        };
      } finally {
        execFileSync('umount', [directory]);
      }
    }),
};

const readOnlyDirectory: Proof = {
  name: 'a directory that is read-only for the user',
  run: (writers) =>
    inScratch(async (scratch) => {
      chmodSync(scratch, 0o755);
      const directory = join(scratch, 'logs');
      mkdirSync(directory);
      const file = join(directory, 'collect-hue.log');
      writeFileSync(file, '');
      chownSync(file, NOBODY, NOBODY);
      chmodSync(directory, 0o555);
      const [result] = await writers.run([{ ...small, directory }], { uid: NOBODY });
      const { lines, malformed } = countLines(directory);
      const failed = events(directory, 'rotation_failed');
      return {
        held: lines === 1000 && malformed === 0 && failed === 1 && result?.exitCode === 0 && result.stderr === '',
        figures: `written 1000, found ${lines}, rotation_failed ${failed}, exit ${result?.exitCode}`,
      };
    }),
};

const immutableFile = (name: string, file: string, flag: 'i' | 'a'): Proof => ({
  name,
  run: (writers) =>
    inScratch(async (directory) => {
      for (const number of [1, 2, 3]) writeFileSync(join(directory, `collect-hue.${number}.log`), '');
      const path = join(directory, file);
      writeFileSync(path, '');
      try {
        execFileSync('chattr', [`+${flag}`, path], { stdio: 'pipe' });
      } catch {
        return { held: true, figures: 'not proved: this file system has no such flag' };
      }
      try {
        const [result] = await writers.run([{ ...small, directory }]);
        const { lines, malformed } = countLines(directory);
        const failed = events(directory, 'rotation_failed');
        return {
          held: lines === 1000 && malformed === 0 && failed === 1 && result?.exitCode === 0,
          figures: `written 1000, found ${lines}, rotation_failed ${failed}, exit ${result?.exitCode}`,
        };
      } finally {
        execFileSync('chattr', [`-${flag}`, path]);
      }
    }),
});

/** The lock of a killed writer, and of one that was killed while it removed another lock. */
const leftLock: Proof = {
  name: 'a lock left by SIGKILL',
  run: (writers) =>
    inScratch(async (directory) => {
      writeFileSync(join(directory, '.lock'), '4194305 1 - - gone');
      writeFileSync(join(directory, '.lock.gone'), '4194306 1 - - gonetoo');
      const [result] = await writers.run([{ ...small, directory, maxBackups: 100 }]);
      const { lines, files } = countLines(directory);
      const litter = readdirSync(directory).filter((name) => name.startsWith('.'));
      return {
        held: lines === 1000 && files > 5 && litter.length === 0 && result?.stderr === '',
        figures: `written 1000, found ${lines}, rotations ${files - 1}, dot-files left ${litter.length}`,
      };
    }),
};

/** Backups of an older configuration, much larger than the current limits: within these from the first line on. */
const olderConfiguration: Proof = {
  name: 'backups of an older configuration, over the cap',
  run: (writers) =>
    inScratch(async (directory) => {
      for (let number = 1; number <= 30; number++) {
        writeFileSync(join(directory, `collect-aqm.${number}.log`), `${'x'.repeat(99_999)}\n`);
      }
      writeFileSync(join(directory, 'stranger.log'), 'x'.repeat(5_000_000));
      await writers.run([{ ...small, directory, lines: 1, maxBackups: 20, maxTotalMb: 1 }]);
      const ours = readdirSync(directory).filter((name) => name.startsWith('collect'));
      const total = ours.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
      const stranger = statSync(join(directory, 'stranger.log')).size;
      const newest = ours.includes('collect-aqm.30.log') && !ours.includes('collect-aqm.1.log');
      return {
        held: total <= 1e6 && stranger === 5_000_000 && newest,
        figures: `from 3.000 MB to ${(total / 1e6).toFixed(3)} MB; the stranger's file still has ${stranger / 1e6} MB`,
      };
    }),
};

/** Without root, only those that do not need root. */
export const REAL_FAILURES: Proof[] = [
  ...(isRoot
    ? [
        fullDisk,
        readOnlyDirectory,
        immutableFile('a current file that can only be appended to', 'collect-hue.log', 'a'),
        immutableFile('an oldest backup that cannot be removed', 'collect-hue.1.log', 'i'),
      ]
    : []),
  leftLock,
  olderConfiguration,
];
