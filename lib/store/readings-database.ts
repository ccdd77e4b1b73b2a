/** The store that keeps readings.db: one transaction a cycle, and a new database if the old one cannot be used. */
import type { StorageConfig } from '../config/config';
import type { Logger } from '../logging/logger';
import type { Reading } from '../reading';
import type { CollectorName } from '../sources/all';
import type { Lock } from './lock';
import { openConnection } from './connection';
import { prepareDatabase } from './create-database';
import type { Database } from './database';
import { databasePath, identity } from './files';
import { lockDatabase, whileAlone } from './database-lock';
import { withoutTooManyNew } from './new-devices';
import { proveRow } from './prove-row';
import { replacingDamaged, type Replaceable } from './replace-damaged';
import { dropSecondName } from './second-name';
import { noEffort, type Cycle, type CycleRecord, type Effort, type Store } from './store';
import { lastListing } from './vanished';
import { watchWal } from './wal-size';
import { whileLocked } from './while-locked';
import { writeCycle } from './write-cycle';

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

class FileDatabase implements ReadingsDatabase, Replaceable {
  readonly path: string;
  /** held while the database is opened, written or closed, not while a device is waited for */
  private lock: Promise<Lock> | null = null;
  /** a promise, so that two calls at the same moment share one */
  private connection: Promise<Database> | null = null;
  /** which file `connection` has open */
  opened: string | null = null;
  /** checks again, when it is closed, a WAL that was too large */
  private checkWal = (): void => undefined;

  constructor(
    readonly storage: StorageConfig,
    readonly logger: Logger,
    readonly signal: AbortSignal | undefined,
    readonly effort: Effort,
  ) {
    this.path = databasePath(storage.data_directory);
  }

  async open(): Promise<void> {
    await replacingDamaged(this, () => this.connect());
    await this.releaseLock();
  }

  async store(readings: Reading[], judge: (tooManyNew: readonly string[]) => CycleRecord): Promise<CycleRecord> {
    const judged: CycleRecord[] = [];
    await replacingDamaged(this, () =>
      this.transaction(async (connection) => {
        const cycle = await withoutTooManyNew(connection, readings, judge);
        judged.push(cycle.record);
        await writeCycle(connection, cycle);
      }),
    );
    return judged.at(-1) ?? judge([]);
  }

  async storeAll(cycles: readonly Cycle[]): Promise<void> {
    await replacingDamaged(this, () =>
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
    await replacingDamaged(this, async () => proveRow(await this.connect()));
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
      dropSecondName(this.path);
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
