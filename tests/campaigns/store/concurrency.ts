/** Many processes write at once: none may fail, and none may wait longer than the busy timeout. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inScratch } from '../in-scratch';
import { query } from '../../support/storage';
import type { Workers } from './workers';

export interface ConcurrencyResult {
  processes: number;
  autocheckpointPages: number;
  cycles: number;
  failed: number;
  /** the reasons, of those that reported one */
  errors: string[];
  /** cycles in the database that should be there, and are there once */
  stored: number;
  integrity: string;
  /** how long cycles waited for the lock, in milliseconds */
  waits: { p50: number; p99: number; max: number };
  seconds: number;
  walBytes: number;
}

export async function writeTogether(
  workers: Workers,
  {
    processes,
    cyclesEach,
    autocheckpointPages = 1000,
  }: { processes: number; cyclesEach: number; autocheckpointPages?: number },
): Promise<ConcurrencyResult> {
  return inScratch(async (directory) => {
    const startedAt = performance.now();
    const results = await workers.runTogether(
      Array.from({ length: processes }, (_, n) => ({
        directory,
        through: 'store' as const,
        collector: n % 2 === 0 ? ('hue' as const) : ('amazon_aqm' as const),
        firstCycle: n * 100_000,
        cycles: cyclesEach,
        devices: 8,
        autocheckpointPages,
      })),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const path = join(directory, 'readings.db');
    const waits = await query<{ ms: number }>(path, 'SELECT lock_wait_ms AS ms FROM cycles ORDER BY ms');
    const [stored] = await query<{ stored: number }>(
      path,
      `SELECT count(*) AS stored FROM cycles c
       WHERE 8 = (SELECT count(*) FROM readings WHERE timestamp = c.started_at AND device_type = 'hue_sensor')`,
    );
    const [integrity] = await query<{ integrity_check: string }>(path, 'PRAGMA integrity_check');
    const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]?.ms ?? NaN;
    return {
      processes,
      autocheckpointPages,
      cycles: processes * cyclesEach,
      failed: results.reduce(
        (sum, { reports }) => sum + cyclesEach - reports.filter((r) => r.exitCode === 0).length,
        0,
      ),
      errors: results.flatMap(({ reports }) => reports.flatMap(({ error }) => error ?? [])),
      stored: stored?.stored ?? 0,
      integrity: integrity?.integrity_check ?? '',
      waits: { p50: at(0.5), p99: at(0.99), max: at(1) },
      seconds,
      walBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    };
  });
}
