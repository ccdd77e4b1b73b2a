/** Work on readings.db starts over in a new file if the old one turns out to be damaged, or is moved away meanwhile. */
import type { StorageConfig } from '../config/config';
import { asMonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import { isDamaged } from './confirm-damage';
import { createDatabase } from './create-database';
import { whileAlone } from './database-lock';
import { identity } from './files';
import { setAside } from './set-aside';
import type { Effort } from './store';

/** How often one call starts over because the file was damaged, or moved away by another process. */
const MAX_FRESH_STARTS = 10;

export interface Replaceable {
  readonly path: string;
  readonly storage: StorageConfig;
  readonly logger: Logger;
  readonly signal: AbortSignal | undefined;
  /** is told of a replacement */
  readonly effort: Effort;
  /** the identity of the file that is open */
  readonly opened: string | null;
  close(): Promise<void>;
}

/** Does the work; if the file turns out to be damaged, or is moved away meanwhile, does it again in a new one. */
export async function replacingDamaged(database: Replaceable, work: () => Promise<unknown>): Promise<void> {
  const { path } = database;
  let sound: string | null = null;
  for (let starts = 1; ; starts++) {
    const found = identity(path);
    try {
      await work();
      // Somebody may have moved the file away by hand while this process wrote into it.
      if (identity(path) === database.opened || starts >= MAX_FRESH_STARTS) return;
      await database.close();
    } catch (thrown) {
      // Rolls back; what failed first is what counts.
      await database.close().catch(() => undefined);
      const failure = asMonitorError(thrown);
      if (!failure.type.startsWith('database_') || starts >= MAX_FRESH_STARTS) throw thrown;
      // The failure was not about the file that is there now.
      if (identity(path) !== found) continue;
      if (failure.type !== 'database_corrupt') throw thrown;
      // Tried once more after SQLite found nothing wrong with the file; then the failure is reported, and nothing is
      // moved.
      if (sound === found) throw thrown;
      if (!(await replace(database, found, failure.message))) sound = found;
    }
  }
}

/** @returns false if the file stays, because SQLite finds nothing wrong with it now that no other process writes */
async function replace(
  { path, storage, logger, signal, effort }: Replaceable,
  suspected: string | null,
  why: string,
): Promise<boolean> {
  const alone = async () => {
    // Another process may have replaced it already.
    if (identity(path) !== suspected) return true;
    if (!(await isDamaged(path, { busyTimeoutMs: storage.busy_timeout_ms, signal }))) return false;
    effort.replaced = setAside(path, why, logger);
    await createDatabase(storage, logger);
    return true;
  };
  return await whileAlone(storage, alone, signal);
}
