/** The store that keeps readings.db: one transaction a cycle, and a new database if the old one cannot be used. */
import type { StorageConfig } from '../config/config';
import { asMonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import type { Reading } from '../reading';
import type { CollectorName } from '../sources/all';
import type { Lock } from './lock';
import { isDamaged } from './confirm-damage';
import { openConnection } from './connection';
import { createDatabase, prepareDatabase } from './create-database';
import type { Database } from './database';
import { databasePath, identity } from './files';
import { lockDatabase, whileAlone } from './database-lock';
import { withoutTooManyNew } from './new-devices';
import { proveRow } from './prove-row';
import { setAside } from './set-aside';
import { noEffort, type Cycle, type CycleRecord, type Effort, type Store } from './store';
import { lastListing } from './vanished';
import { watchWal } from './wal-size';
import { whileLocked } from './while-locked';
import { writeCycle } from './write-cycle';

/** How often one call starts over because the file was damaged, or moved away by another process. */
const MAX_FRESH_STARTS = 10;

/** A store that may not be open yet, so that the same retry covers opening and storing. */
export interface ReadingsDatabase extends Store {
  /**
   * Opens the file; creates it, migrates it or puts a new one in the place of a damaged one, as needed. Does
   * nothing if it is open; `store` calls it, too.
   * @throws MonitorError `database_*`, `future_schema`, `file_system`, `configuration` (network file system)
   */
  open(): Promise<void>;
}

export interface DatabaseOptions {
  /** the cycle's end: locks are waited for no longer */
  signal?: AbortSignal | undefined;
  effort?: Effort;
}

export function readingsDatabase(
  storage: StorageConfig,
  logger: Logger,
  { signal, effort = noEffort() }: DatabaseOptions = {},
): ReadingsDatabase {
  return new FileDatabase(storage, logger, signal, effort);
}

class FileDatabase implements ReadingsDatabase {
  private readonly path: string;
  /** held while the database is opened, written or closed, not while a device is waited for */
  private lock: Promise<Lock> | null = null;
  /** a promise, so that two calls at the same moment share one */
  private connection: Promise<Database> | null = null;
  /** which file `connection` has open */
  private opened: string | null = null;
  /** checks again, when it is closed, a WAL that was too large */
  private checkWal = (): void => undefined;

  constructor(
    private readonly storage: StorageConfig,
    private readonly logger: Logger,
    private readonly signal: AbortSignal | undefined,
    private readonly effort: Effort,
  ) {
    this.path = databasePath(storage.data_directory);
  }

  async open(): Promise<void> {
    await this.replacingDamaged(() => this.connect());
    await this.releaseLock();
  }

  async store(readings: Reading[], judge: (tooManyNew: readonly string[]) => CycleRecord): Promise<CycleRecord> {
    const judged: CycleRecord[] = [];
    await this.replacingDamaged(() =>
      this.transaction(async (connection) => {
        const cycle = await withoutTooManyNew(connection, readings, judge);
        judged.push(cycle.record);
        await writeCycle(connection, cycle);
      }),
    );
    return judged.at(-1) ?? judge([]);
  }

  async storeAll(cycles: readonly Cycle[]): Promise<void> {
    await this.replacingDamaged(() =>
      this.transaction(async (connection) => {
        for (const cycle of cycles) {
          const { record, readings, spooled = false } = cycle;
          const admitted = await withoutTooManyNew(connection, readings, (refused) => withSkipped(record, refused));
          await writeCycle(connection, { ...admitted, spooled });
        }
      }),
    );
  }

  async prove(): Promise<void> {
    await this.replacingDamaged(async () => proveRow(await this.connect()));
    await this.releaseLock();
  }

  async listedBefore(collector: CollectorName, untilMs: number): Promise<readonly string[]> {
    try {
      return (await lastListing(await this.connect(), collector, untilMs))?.devices ?? [];
    } finally {
      await this.releaseLock();
    }
  }

  async close(): Promise<void> {
    if (this.connection !== null) await this.takeLock();
    try {
      const connection = await this.connection?.catch(() => null);
      this.connection = null;
      await connection?.close();
      this.checkWal();
      this.checkWal = () => undefined;
    } finally {
      await this.releaseLock();
    }
  }

  private async takeLock(): Promise<void> {
    const lock = (this.lock ??= lockDatabase(this.storage, this.signal));
    try {
      await lock;
    } catch (thrown) {
      // Else every later try would get the same answer, without having waited for the lock again.
      if (this.lock === lock) this.lock = null;
      throw thrown;
    }
  }

  private async releaseLock(): Promise<void> {
    const lock = await this.lock?.catch(() => null);
    this.lock = null;
    await lock?.release();
  }

  /** Does the work; if the file turns out to be damaged, or is moved away meanwhile, does it again in a new one. */
  private async replacingDamaged(work: () => Promise<unknown>): Promise<void> {
    let sound: string | null = null;
    for (let starts = 1; ; starts++) {
      const found = identity(this.path);
      try {
        await work();
        // Somebody may have moved the file away by hand while this process wrote into it.
        if (identity(this.path) === this.opened || starts >= MAX_FRESH_STARTS) return;
        await this.close();
      } catch (thrown) {
        // Rolls back; what failed first is what counts.
        await this.close().catch(() => undefined);
        const failure = asMonitorError(thrown);
        if (!failure.type.startsWith('database_') || starts >= MAX_FRESH_STARTS) throw thrown;
        // The failure was not about the file that is there now.
        if (identity(this.path) !== found) continue;
        if (failure.type !== 'database_corrupt') throw thrown;
        // Tried once more after SQLite found nothing wrong with the file; then the failure is reported, and nothing is
        // moved.
        if (sound === found) throw thrown;
        if (!(await this.replace(found, failure.message))) sound = found;
      }
    }
  }

  /** @returns false if the file stays, because SQLite finds nothing wrong with it now that no other process writes */
  private async replace(suspected: string | null, why: string): Promise<boolean> {
    const wait = { busyTimeoutMs: this.storage.busy_timeout_ms, signal: this.signal };
    const replace = async () => {
      // Another process may have replaced it already.
      if (identity(this.path) !== suspected) return true;
      if (!(await isDamaged(this.path, wait))) return false;
      this.effort.replaced = setAside(this.path, why, this.logger);
      await createDatabase(this.storage, this.logger);
      return true;
    };
    return await whileAlone(this.storage, replace, this.signal);
  }

  /** The lock stays until `openFile` or `close` releases it, so that no other process moves the file away. */
  private async connect(): Promise<Database> {
    await this.takeLock();
    if (this.connection !== null && identity(this.path) !== this.opened) await this.close();
    this.connection ??= this.openFile();
    return await this.connection;
  }

  private async openFile(): Promise<Database> {
    for (;;) {
      await this.takeLock();
      this.opened = identity(this.path);
      const connection = await openConnection(this.storage, this.logger, this.signal);
      if (connection !== null) {
        this.checkWal = watchWal(this.storage, this.logger);
        return connection;
      }
      await this.releaseLock();
      await whileAlone(this.storage, () => prepareDatabase(this.storage, this.logger), this.signal);
    }
  }

  private async transaction(work: (connection: Database) => Promise<void>): Promise<void> {
    const connection = await this.connect();
    await this.begin(connection);
    await work(connection);
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
      this.effort.lockWaitMs += ms;
      const fields = { operation: 'database.store', ms };
      if (ms > 100) this.logger.info('lock_waited', `waited ${ms} ms for the lock of ${this.path}`, fields);
    }
  }
}

/** A cycle that waited in the spool was judged when it ended; it only says which readings it lost since. */
function withSkipped(record: CycleRecord, refused: readonly string[]): CycleRecord {
  const reasons = refused.map((device_id) => [device_id, 'too_many_new'] as const);
  return { ...record, devices_skipped: { ...record.devices_skipped, ...Object.fromEntries(reasons) } };
}
