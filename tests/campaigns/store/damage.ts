/** Processes that find a damaged database at the same moment, and a database that is replaced while they write. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase } from '../../../lib/store/create-database';
import { setAside } from '../../../lib/store/set-aside';
import { whileAlone } from '../../../lib/store/database-lock';
import { nthCycle } from '../../support/cycles';
import { inScratch } from '../in-scratch';
import { query, silentLogger, storageOf } from '../../support/storage';
import type { WorkerTask } from './worker';
import type { Workers } from './workers';

const moved = (directory: string) => readdirSync(directory).filter((name) => /\.corrupt-\w+$/.test(name));

function tasksOf(directory: string, processes: number, cycles: number): WorkerTask[] {
  return Array.from({ length: processes }, (_, n) => ({
    ...{ directory, through: 'store', collector: n % 2 === 0 ? 'hue' : 'amazon_aqm', firstCycle: n * 10_000, cycles },
  }));
}

/** @returns how often the file was moved aside (1), and how many of the cycles are stored (all) */
export async function meetDamage(
  workers: Workers,
  processes: number,
): Promise<{ moved: number; partial: number; failed: number; stored: number }> {
  return inScratch(async (directory) => {
    writeFileSync(join(directory, 'readings.db'), 'This is not a database. '.repeat(500));
    writeFileSync(join(directory, 'readings.db-wal'), 'This is not its log.');
    const results = await workers.runTogether(tasksOf(directory, processes, 1));
    const codes = results.map(({ reports }) => reports[0]?.exitCode);
    const rows = await query(join(directory, 'readings.db'), 'SELECT DISTINCT timestamp FROM readings');
    return {
      moved: moved(directory).length,
      partial: codes.filter((code) => code === 3).length,
      failed: codes.filter((code) => code !== 0 && code !== 3).length,
      stored: rows.length,
    };
  });
}

/**
 * Replaces the database, as a collector that found damage would, while others have it open and write.
 * @returns how many of the reported cycles are in none of the files, the moved ones included (0)
 */
export async function replaceUnderLoad(
  workers: Workers,
  { processes, cyclesEach, replacements }: { processes: number; cyclesEach: number; replacements: number },
): Promise<{ replacements: number; reported: number; missing: number; failures: string[] }> {
  return inScratch(async (directory) => {
    const storage = storageOf(directory);
    const path = join(directory, 'readings.db');
    await createDatabase(storage, silentLogger);
    const running = workers.runTogether(tasksOf(directory, processes, cyclesEach));
    const end = running.then(() => 'end');
    let replaced = 0;
    do {
      await whileAlone(storage, async () => {
        setAside(path, 'a test', silentLogger);
        await createDatabase(storage, silentLogger);
      });
      // Only when a cycle is in it, or all are done, so that each replacement can lose something.
      while ((await query(path, 'SELECT 1 FROM cycles LIMIT 1')).length === 0) {
        if ((await Promise.race([end, Promise.resolve('not yet')])) === 'end') break;
      }
    } while (++replaced < replacements);
    const reports = (await running).flatMap(({ reports }, n) => reports.map((report) => ({ ...report, n })));
    const stored = new Set<string>();
    for (const name of [...moved(directory), 'readings.db']) {
      const rows = await query<{ key: string }>(
        join(directory, name),
        "SELECT started_at || ' ' || collector AS key FROM cycles WHERE readings_stored = 2",
      );
      for (const { key } of rows) stored.add(key);
    }
    const keyOf = (n: number, cycle: number) =>
      `${nthCycle(cycle).record.started_at} ${n % 2 === 0 ? 'hue' : 'amazon_aqm'}`;
    const good = reports.filter(({ exitCode }) => exitCode === 0);
    return {
      replacements: moved(directory).length,
      reported: good.length,
      missing: good.filter(({ n, cycle }) => !stored.has(keyOf(n, cycle))).length,
      failures: reports.filter(({ exitCode }) => exitCode !== 0).map(({ error }) => String(error)),
    };
  });
}
