/** Operations of `data` on real files, and what is stored afterwards. */
import type { Config } from '../../lib/config/config';
import type { DataContext } from '../../lib/data/operation';
import { readingsDatabase } from '../../lib/store/readings-database';
import type { Cycle } from '../../lib/store/store';
import { query, scratch, silentLogger, type Scratch } from './storage';

export interface DataHome extends Scratch {
  database: string;
  context: DataContext;
  keep(...cycles: Cycle[]): Promise<void>;
  readings(): Promise<number>;
  cycles(): Promise<number>;
}

/** A data directory of its own, with these cycles in its database; without any, there is no database. */
export async function dataHome(cycles: readonly Cycle[] = [], given: Partial<DataContext> = {}): Promise<DataHome> {
  const here = scratch();
  const database = here.path('readings.db');
  const count = async (table: string) =>
    (await query<{ n: number }>(database, `SELECT count(*) AS n FROM ${table}`))[0]?.n ?? 0;
  const keep = async (...more: Cycle[]) => {
    const store = readingsDatabase(here.storage, silentLogger);
    await store.storeAll(more);
    await store.close();
  };
  if (cycles.length > 0) await keep(...cycles);
  return {
    ...here,
    database,
    keep,
    readings: () => count('readings'),
    cycles: () => count('cycles'),
    context: {
      config: { file: here.path('config.yaml'), storage: here.storage, hue: null, amazon_aqm: null } as Config,
      storage: here.storage,
      logger: here.logger,
      signal: new AbortController().signal,
      dryRun: false,
      progress: () => undefined,
      commandLine: (...words) => ['data', ...words].join(' '),
      ...given,
    },
  };
}
