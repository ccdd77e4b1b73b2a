/** The store that keeps readings.db: one transaction a cycle, and a new database where the old one cannot be used. */
import type { StorageConfig } from '../config/config';
import { asMonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import { openConnection } from './connection';
import { createDatabase } from './create-database';
import type { Database } from './database';
import { databasePath, identity } from './files';
import { setAside } from './set-aside';
import type { Cycle, CycleRecord, Store, Stored } from './store';
import { whileAlone } from './while-alone';
import { whileLocked } from './while-locked';
import { writeCycle } from './write-cycle';

/** How often one call starts over because the file was damaged or another process replaced it meanwhile. */
const MAX_FRESH_STARTS = 5;

/**
 * Opens nothing yet: the file is opened, created, migrated or replaced by the first `store`, so that a retry round the
 * store covers that as well.
 * @param signal the cycle's end: locks are waited for no longer
 */
export function openReadingsDatabase(storage: StorageConfig, logger: Logger, signal?: AbortSignal): Store {
  return new ReadingsDatabase(storage, logger, signal);
}

class ReadingsDatabase implements Store {
  private connection: Database | null = null;
  /** which file `connection` has open */
  private opened: string | null = null;
  /** how long locks were waited for since the last cycle was stored, failed tries included */
  private lockWaitMs = 0;
  private readonly path: string;

  constructor(
    private readonly storage: StorageConfig,
    private readonly logger: Logger,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.path = databasePath(storage.data_directory);
  }

  async store(cycle: Cycle, elapsedMs = () => cycle.record.duration_ms): Promise<Stored> {
    let replaced: string | null = null;
    let damaged: string | null = null;
    for (let starts = 1; ; starts++) {
      const found = identity(this.path);
      try {
        await this.transaction(markReplaced(cycle, replaced), elapsedMs);
        // Another process that found damage may have moved the file away while this one wrote into it.
        if (identity(this.path) === this.opened) return this.done(cycle, replaced);
        await this.close();
      } catch (thrown) {
        await this.close();
        const failure = asMonitorError(thrown);
        if (failure.type !== 'database_corrupt' || starts >= MAX_FRESH_STARTS) throw thrown;
        // Believed only when a second, fresh connection finds the same file damaged.
        if (damaged === found) replaced = (await this.replace(found, failure.message)) ?? replaced;
        damaged = found;
      }
    }
  }

  async close(): Promise<void> {
    const connection = this.connection;
    this.connection = null;
    await connection?.close();
  }

  private done(cycle: Cycle, replaced: string | null): Stored {
    const lockWaitMs = this.lockWaitMs;
    this.lockWaitMs = 0;
    return { stored: cycle.readings.length, lockWaitMs, replaced };
  }

  private async transaction(cycle: Cycle, elapsedMs: () => number): Promise<void> {
    const connection = await this.connect();
    await this.begin(connection);
    await writeCycle(connection, cycle, elapsedMs(), this.lockWaitMs);
    await connection.exec('COMMIT');
  }

  /** IMMEDIATE takes the write lock at once: a transaction that reads first can be refused it without any waiting. */
  private async begin(connection: Database): Promise<void> {
    const startedAt = performance.now();
    try {
      await whileLocked({ busyTimeoutMs: this.storage.busy_timeout_ms, signal: this.signal }, async (sliceMs) => {
        connection.setBusyTimeout(sliceMs);
        await connection.exec('BEGIN IMMEDIATE');
      });
    } finally {
      const ms = Math.round(performance.now() - startedAt);
      this.lockWaitMs += ms;
      const fields = { operation: 'database.store', ms };
      if (ms > 100) this.logger.info('lock_waited', `waited ${ms} ms for the lock of ${this.path}`, fields);
    }
  }

  private async connect(): Promise<Database> {
    if (this.connection !== null) return this.connection;
    // Looked at before opening: should the file change in between, the two differ and the transaction is done again.
    const before = identity(this.path);
    this.connection = await openConnection(this.storage, this.logger, this.signal);
    this.opened = before ?? identity(this.path);
    return this.connection;
  }

  /** @returns where the file was moved; null where another process has done it already */
  private async replace(found: string | null, why: string): Promise<string | null> {
    return await whileAlone(this.storage, async () => {
      if (identity(this.path) !== found) return null;
      const moved = setAside(this.path, why, this.logger);
      await createDatabase(this.storage, this.logger);
      return moved;
    });
  }
}

/** A cycle whose database had to be replaced is partial, however well it went. */
function markReplaced(cycle: Cycle, replaced: string | null): Cycle {
  if (replaced === null || cycle.record.outcome !== 'ok') return cycle;
  const record: CycleRecord = {
    ...cycle.record,
    outcome: 'partial',
    exit_code: 3,
    error_type: 'database_corrupt',
    error: `the database was damaged and moved to ${replaced}`,
  };
  return { ...cycle, record };
}
