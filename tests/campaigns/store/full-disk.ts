/** A small tmpfs fills up under the database, the spool, or both; then there is space again. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from '../../support/storage';
import type { WorkerReport, WorkerTask } from './worker';
import type { Workers } from './workers';

export type FullPlace = 'database' | 'spool' | 'both';

export interface FullDiskResult {
  place: FullPlace;
  freeBytes: number;
  /** the cycle on the full disk */
  report: WorkerReport | undefined;
  /** the next one, with space again */
  after: WorkerReport | undefined;
  /** cycles that were reported as stored or spooled, and are in the database in the end */
  kept: number;
  expected: number;
  integrity: string;
  leftOver: string[];
}

/** Whether this process may mount a file system: as root, outside a container. */
export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'can-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' });
    execFileSync('umount', [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param freeBytes what is left free on the full disk while the cycle runs */
export async function fillDisk(workers: Workers, place: FullPlace, freeBytes: number): Promise<FullDiskResult> {
  const root = mkdtempSync(join(tmpdir(), 'full-disk-'));
  const small = join(root, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small]);
  try {
    const directory = place === 'spool' ? join(root, 'data') : join(small, 'data');
    mkdirSync(directory);
    if (place !== 'both') {
      const elsewhere = place === 'spool' ? join(small, 'spool') : join(root, 'spool');
      mkdirSync(elsewhere);
      symlinkSync(elsewhere, join(directory, 'spool'));
    }
    const task: WorkerTask = {
      directory,
      through: 'collect',
      collector: 'hue',
      firstCycle: 0,
      cycles: 1,
      devices: 40,
      busyTimeoutMs: 50,
      baseDelaySeconds: 0.01,
    };
    const before = await workers.run(task);
    const release = fill(small, freeBytes);
    const [report] = await workers.run({ ...task, firstCycle: 1 });
    release();
    const [after] = await workers.run({ ...task, firstCycle: 2 });
    const kept = await query<{ cycles: number }>(
      join(directory, 'readings.db'),
      'SELECT count(*) / 40 AS cycles FROM readings',
    );
    const [integrity] = await query<{ integrity_check: string }>(
      join(directory, 'readings.db'),
      'PRAGMA integrity_check',
    );
    const reports = [...before, report, after];
    return {
      place,
      freeBytes,
      report,
      after,
      kept: kept[0]?.cycles ?? 0,
      expected: reports.filter((one) => one !== undefined && one.stored + one.spooled > 0).length,
      integrity: integrity?.integrity_check ?? '',
      leftOver: [...readdirSync(directory), ...readdirSync(join(directory, 'spool'))].filter((name) =>
        /test|temporary|json/.test(name),
      ),
    };
  } finally {
    execFileSync('umount', ['-l', small]);
    rmSync(root, { recursive: true });
  }
}

/** Writes until only `freeBytes` are left. @returns what makes the space free again */
function fill(directory: string, freeBytes: number): () => void {
  const path = join(directory, 'filler');
  const file = openSync(path, 'w');
  const { bavail, bsize } = statfsSync(directory);
  const block = Buffer.alloc(bsize, 1);
  for (let written = 0; written < bavail * bsize - freeBytes; written += bsize) writeSync(file, block);
  return () => {
    ftruncateSync(file, 0);
    closeSync(file);
    rmSync(path);
  };
}
