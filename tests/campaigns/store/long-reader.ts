/** A reader that never ends makes the WAL grow; when it has ended, the next cycle truncates it. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../lib/store/database';
import { readingsDatabase } from '../../../lib/store/readings-database';
import { keep, nthCycle } from '../../support/cycles';
import { silentLogger, storageOf } from '../../support/storage';

export interface LongReaderResult {
  limitBytes: number;
  whileReadingBytes: number;
  /** with other connections still open, when the reader has ended and one more cycle is stored */
  afterwardsBytes: number;
  /** when all connections are closed: no WAL at all */
  closedBytes: number;
  /** what the reader saw at its beginning and at its end: the same */
  seen: [number, number];
}

export async function readForever(cycles: number, autocheckpointPages = 20): Promise<LongReaderResult> {
  const directory = mkdtempSync(join(tmpdir(), 'long-reader-'));
  const storage = storageOf(directory, { wal_autocheckpoint_pages: autocheckpointPages });
  const path = join(directory, 'readings.db');
  const walBytes = () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const store = readingsDatabase(storage, silentLogger);
  try {
    await keep(store, nthCycle(0));
    const reader = await Database.open(path, 'read-only');
    const count = async () => (await reader.get<{ n: number }>('SELECT count(*) AS n FROM cycles'))?.n ?? 0;
    await reader.exec('BEGIN');
    const seen: [number, number] = [await count(), 0];
    for (let n = 1; n <= cycles; n++) await keep(store, nthCycle(n));
    seen[1] = await count();
    const whileReadingBytes = walBytes();
    await reader.exec('COMMIT');
    await reader.close();
    // The first commit checkpoints everything, the second one starts the WAL again and truncates it.
    for (let n = 1; n <= 2; n++) await keep(store, nthCycle(cycles + n));
    const afterwardsBytes = walBytes();
    await store.close();
    return {
      limitBytes: autocheckpointPages * 4096,
      whileReadingBytes,
      afterwardsBytes,
      closedBytes: walBytes(),
      seen,
    };
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
}
