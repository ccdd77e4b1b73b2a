/** Starts writers as separate processes, all at once, from a bundle made like those of the commands. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriterTask } from './writer';

const ROOT = join(__dirname, '..', '..', '..');

export interface WriterResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** another user to run as, with the group of the same number */
  uid?: number;
  /** after how many acknowledged lines each writer gets SIGKILL */
  killAfterLines?: number;
  onAcknowledged?: (line: number) => void;
}

export interface Writers {
  run(tasks: readonly WriterTask[], options?: RunOptions): Promise<WriterResult[]>;
  /** removes the bundle */
  remove(): void;
}

/** @param plain for winston-daily-rotate-file as published */
export function prepareWriters({ plain = false } = {}): Writers {
  const scratch = mkdtempSync(join(tmpdir(), 'log-writer-'));
  const bundle = join(scratch, 'writer.js');
  execFileSync(process.execPath, [join(ROOT, 'tests', 'support', 'bundle.mjs'), join(__dirname, 'writer.ts'), bundle]);
  // Another user runs it, too.
  execFileSync('chmod', ['-R', 'a+rX', scratch]);
  return {
    run: (tasks, options = {}) => Promise.all(tasks.map((task) => runWriter(bundle, { ...task, plain }, options))),
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

function runWriter(bundle: string, task: WriterTask, options: RunOptions): Promise<WriterResult> {
  const { uid, killAfterLines = Infinity, onAcknowledged } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, JSON.stringify(task)], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
      if (!task.acknowledge) return;
      const line = Number(/(\d+)\n[^\n]*$/.exec(stdout)?.[1] ?? 0);
      try {
        onAcknowledged?.(line);
      } catch (thrown) {
        child.kill('SIGKILL');
        reject(thrown);
      }
      if (line >= killAfterLines) child.kill('SIGKILL');
    });
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}
