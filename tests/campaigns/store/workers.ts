/** Starts workers as separate processes, from a bundle made like those of the commands. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { WorkerReport, WorkerTask } from './worker';

const ROOT = join(__dirname, '..', '..', '..');

export interface WorkerResult {
  reports: WorkerReport[];
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

export interface Worker {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** it has printed this line: `ready`, `event wal_verified` */
  saw(line: string): Promise<void>;
  start(): void;
  ended: Promise<WorkerResult>;
}

export interface Workers {
  start(task: WorkerTask): Worker;
  /** starts all, lets them begin at the same moment, waits for all */
  runTogether(tasks: readonly WorkerTask[]): Promise<WorkerResult[]>;
  run(task: WorkerTask): Promise<WorkerReport[]>;
  /** removes the bundle */
  remove(): void;
}

/** @param hasPackages false: the workers find no package, so that they use the driver that Node.js has in itself */
export function prepareWorkers(hasPackages = true): Workers {
  const scratch = mkdtempSync(join(tmpdir(), 'store-worker-'));
  chmodSync(scratch, 0o755);
  const bundle = join(scratch, 'worker.js');
  execFileSync(process.execPath, [join(ROOT, 'tests', 'support', 'bundle.mjs'), join(__dirname, 'worker.ts'), bundle]);

  const packages = hasPackages ? { NODE_PATH: join(ROOT, 'node_modules') } : {};
  const start = (task: WorkerTask) => startWorker(bundle, task, packages);
  return {
    start,
    run: async (task) => (await start(task).ended).reports,
    runTogether: async (tasks) => {
      const workers = tasks.map((task) => start({ ...task, waitForStart: true }));
      await Promise.all(workers.map((worker) => worker.saw('ready')));
      for (const worker of workers) worker.start();
      return await Promise.all(workers.map(({ ended }) => ended));
    },
    remove: () => rmSync(scratch, { recursive: true }),
  };
}

function startWorker(bundle: string, task: WorkerTask, packages: NodeJS.ProcessEnv): Worker {
  const child = spawn(process.execPath, [bundle, JSON.stringify(task)], {
    cwd: '/',
    stdio: 'pipe',
    env: { ...process.env, ...packages },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  const saw = (line: string) =>
    new Promise<void>((resolve) => {
      child.stdout.on('data', () => {
        if (stdout.includes(`${line}\n`)) resolve();
      });
    });
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  // A worker that was killed cannot read anything.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<WorkerResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1);
      const lines = whole.split('\n').filter((line) => line.startsWith('{'));
      resolve({ reports: lines.map((line) => JSON.parse(line) as WorkerReport), code, signal, stderr });
    });
  });
  return { child, saw, start: () => child.stdin.write('go\n'), ended };
}
