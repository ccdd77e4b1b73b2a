/** Starts writers as processes of their own, all at once, from a bundle made as the build makes a command. */
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

export interface Writers {
  run(tasks: readonly WriterTask[], as?: { uid: number }): Promise<WriterResult[]>;
  /** removes the bundle */
  remove(): void;
}

/** @param plain for winston-daily-rotate-file as published, which needs what our bundles leave out */
export function prepareWriters({ plain = false } = {}): Writers {
  const scratch = mkdtempSync(join(tmpdir(), 'log-writer-'));
  const bundle = join(scratch, 'writer.js');
  execFileSync(process.execPath, [
    join(ROOT, 'tests', 'support', 'bundle.mjs'),
    join(__dirname, 'writer.ts'),
    bundle,
    ...(plain ? ['--whole'] : []),
  ]);
  execFileSync('chmod', ['-R', 'a+rX', scratch]);
  return {
    run: (tasks, as) => Promise.all(tasks.map((task) => runWriter(bundle, { ...task, plain }, as))),
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

function runWriter(bundle: string, task: WriterTask, as?: { uid: number }): Promise<WriterResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, JSON.stringify(task)], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(as === undefined ? {} : { uid: as.uid, gid: as.uid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}
