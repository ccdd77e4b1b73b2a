/** Stores groups of readings in short transactions, or counts them in a dry run. */
import { existsSync } from 'node:fs';
import type { Database } from '../store/database';
import { databasePath } from '../store/files';
import { plural } from '../wording';
import type { DataContext } from './operation';
import { inTransaction, withOwnDatabase } from './own-database';
import { inShortSteps } from './short-steps';
import { storeReadings, type ReadingsOfOneTime } from './store-readings';

export interface ImportedCounts {
  /** readings that are new */
  stored: number;
  /** readings that were there already */
  known: number;
}

/**
 * A dry run without a database counts everything as new.
 * @throws BrokenOff, MonitorError `database_*`
 */
export async function importInto(
  groups: AsyncGenerator<ReadingsOfOneTime>,
  context: DataContext,
): Promise<ImportedCounts> {
  if (!context.dryRun || existsSync(databasePath(context.storage.data_directory))) {
    return await withOwnDatabase(context, (database) => importGroups(database, groups, context));
  }
  let stored = 0;
  for await (const { readings } of groups) stored += readings.length;
  return { stored, known: 0 };
}

async function importGroups(
  database: Database,
  groups: AsyncIterator<ReadingsOfOneTime>,
  context: DataContext,
): Promise<ImportedCounts> {
  const counts: ImportedCounts = { stored: 0, known: 0 };
  const step = async (size: number): Promise<boolean> => {
    const batch: ReadingsOfOneTime[] = [];
    for (let next = await groups.next(); next.done !== true; next = await groups.next()) {
      batch.push(next.value);
      if (batch.length >= size) break;
    }
    if (batch.length === 0) return false;
    const store = async () => {
      let stored = 0;
      for (const group of batch) stored += await storeReadings(database, group, context.dryRun);
      return stored;
    };
    const stored = context.dryRun ? await store() : await inTransaction(database, context, store);
    counts.stored += stored;
    counts.known += batch.reduce((sum, { readings }) => sum + readings.length, 0) - stored;
    context.progress(`${plural(counts.stored, 'reading')} stored, ${String(counts.known)} known`);
    return true;
  };
  await inShortSteps(context, step, () => ({
    sentence: `So far ${plural(counts.stored, 'reading')} stored.`,
    details: { readings_stored: counts.stored },
  }));
  return counts;
}
