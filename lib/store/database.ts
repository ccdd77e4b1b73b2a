/**
 * One SQLite connection, with either driver (driver.ts): everything else speaks SQL, promises and MonitorError.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { databaseError, databaseFileError } from './database-error';
import { loadDriver } from './driver';
import type { Driver, DriverDatabase } from './driver-interface';
import { refuseOddFiles } from './files';

export type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;

/** `immutable`: without locks and side files; right only as long as nobody changes the file. */
export type OpenMode = 'read-only' | 'immutable' | 'read-write' | 'create';

/**
 * SQLITE_OPEN_NOFOLLOW, which the driver does not list: SQLite itself refuses a link that is put there at this moment.
 */
const OPEN_NOFOLLOW = 0x01000000;

/**
 * Somebody may have put a prepared database in the place of ours: its views and triggers may call no function that has
 * effects, and its pages are checked when they are read. These touch no file.
 */
export const DISTRUST = 'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON';

/** The result of a driver's callback: the error, or the rows. */
type Settle<T> = (error: unknown, result?: T) => void;

export class Database {
  private constructor(
    readonly path: string,
    private readonly driver: Driver,
    private readonly handle: DriverDatabase,
  ) {}

  /**
   * @param mode `create` makes an empty file if there is none
   * @throws MonitorError as of `databaseError`
   */
  static async open(path: string, mode: OpenMode): Promise<Database> {
    const driver = loadDriver();
    const flags = {
      'read-only': driver.OPEN_READONLY,
      immutable: driver.OPEN_READONLY | driver.OPEN_URI,
      'read-write': driver.OPEN_READWRITE | driver.OPEN_URI, // `attach` needs it; a path that begins with / is no URI
      create: driver.OPEN_READWRITE | driver.OPEN_CREATE,
    };
    refuseOddFiles(path);
    const file = withRealFolder(path);
    const database = await new Promise<Database>((resolve, reject) => {
      const name = mode === 'immutable' ? `${pathToFileURL(file).href}?immutable=1` : file;
      const flag = flags[mode] | driver.OPEN_FULLMUTEX | OPEN_NOFOLLOW;
      const handle: DriverDatabase = new driver.Database(name, flag, (error) => {
        if (error) reject(databaseError(path, error));
        else resolve(new Database(path, driver, handle));
      });
    });
    await database.exec(DISTRUST);
    return database;
  }

  /** The version of the SQLite library inside the driver: `3.52.0`. */
  get version(): string {
    return this.driver.VERSION;
  }

  /** How long a statement waits for a lock of another process before it fails with `database_locked`. */
  setBusyTimeout(milliseconds: number): void {
    this.handle.configure('busyTimeout', Math.max(0, Math.ceil(milliseconds)));
  }

  /** Runs one or several statements without parameters. */
  exec(sql: string): Promise<void> {
    return this.settled((settle) => this.handle.exec(sql, settle));
  }

  /** Runs one statement that answers no rows. */
  async run(sql: string, ...parameters: SqlValue[]): Promise<void> {
    await this.all(sql, ...parameters);
  }

  /** Copies the database into a file that is not there yet, or is empty. */
  async copyTo(file: string): Promise<void> {
    await this.run('VACUUM INTO ?', withRealFolder(file));
  }

  /**
   * Adds the tables of a file that nobody changes meanwhile, for reading only. A read-write connection can do it.
   * @param schema how SQL names it: `theirs.reading`
   */
  async attach(file: string, schema: string): Promise<void> {
    await this.run(`ATTACH ? AS ${schema}`, `${pathToFileURL(withRealFolder(file)).href}?immutable=1`);
  }

  /** The first row, or undefined. */
  async get<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> {
    return (await this.all<T>(sql, ...parameters))[0];
  }

  all<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> {
    return this.settled((settle) => {
      // If the statement cannot be prepared, `all` is never answered: the first of the two callbacks counts.
      const statement = new this.driver.Statement(this.handle, sql, (error) => {
        if (error) settle(error);
      });
      statement.all(...parameters, settle);
      statement.finalize();
    });
  }

  /** Ends the statement that is running in another thread; it fails. */
  interrupt(): void {
    this.handle.interrupt();
  }

  /** Closes; a transaction that is open is rolled back. */
  close(): Promise<void> {
    return this.settled((settle) => this.handle.close(settle));
  }

  private settled<T>(start: (settle: Settle<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      start((error, result) => {
        if (error) reject(databaseError(this.path, error));
        else resolve(result as T);
      });
    });
  }
}

/** The folder may be a link, and so may any folder above it; that flag of SQLite's would refuse these, too. */
function withRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch (thrown) {
    throw databaseFileError(path, thrown);
  }
}
