/**
 * The driver that Node.js has in itself from version 24 on, in the shape of the package sqlite3: used if the package
 * cannot be loaded (no compiler, another kind of processor or C library). It works in the thread that calls it, so a
 * statement cannot be interrupted; answers come in a later turn, so that timers and signals get theirs in between.
 */
import type { Driver, DriverDatabase } from './driver-interface';
import { CREATE, open, READONLY, READWRITE, URI, type DatabaseSync, type NodeSqlite } from './open-node-sqlite';

/** The first version in which the module is there without a flag and without a warning. */
const FIRST_MAJOR = 24;

/** The codes of SQLite that this program distinguishes. */
const CODES: Readonly<Record<number, string>> = {
  ...{ 1: 'SQLITE_ERROR', 3: 'SQLITE_PERM', 5: 'SQLITE_BUSY', 6: 'SQLITE_LOCKED', 7: 'SQLITE_NOMEM' },
  ...{ 8: 'SQLITE_READONLY', 10: 'SQLITE_IOERR', 11: 'SQLITE_CORRUPT', 13: 'SQLITE_FULL', 14: 'SQLITE_CANTOPEN' },
  ...{ 15: 'SQLITE_PROTOCOL', 19: 'SQLITE_CONSTRAINT', 26: 'SQLITE_NOTADB' },
};

/** @returns null if this Node.js does not have it */
export function nodeSqliteDriver(): Driver | null {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < FIRST_MAJOR) return null; // Node.js 22 has it, too, and warns as soon as it is loaded
  const module = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined;
  const version = (process.versions as Partial<Record<string, string>>)['sqlite'];
  if (module === undefined || version === undefined) return null;
  const [x = 0, y = 0, z = 0] = version.split('.').map(Number);

  class Connection implements DriverDatabase {
    #handle: DatabaseSync | undefined;

    constructor(path: string, flags: number, callback: (error: unknown) => void) {
      answer(callback, () => {
        this.#handle = open(module as NodeSqlite, path, flags);
      });
    }

    get handle(): DatabaseSync {
      if (this.#handle === undefined) throw new Error('the database is not open');
      return this.#handle;
    }

    configure(_option: 'busyTimeout', milliseconds: number): void {
      this.handle.exec(`PRAGMA busy_timeout = ${milliseconds}`);
    }

    exec(sql: string, callback: (error: unknown) => void): void {
      answer(callback, () => this.handle.exec(sql));
    }

    /** Nothing else can run while a statement runs. */
    interrupt(): void {
      return undefined;
    }

    close(callback: (error: unknown) => void): void {
      answer(callback, () => this.handle.close());
    }
  }

  class Statement {
    constructor(
      private readonly connection: Connection,
      private readonly sql: string,
    ) {}

    all(...parametersAndCallback: unknown[]): void {
      const callback = parametersAndCallback.pop() as (error: unknown, rows?: unknown) => void;
      answer(callback, () => this.connection.handle.prepare(this.sql).all(...parametersAndCallback.map(bound)));
    }

    finalize(): void {
      return undefined; // the garbage collector does it
    }
  }

  return {
    NAME: 'node:sqlite',
    CAN_INTERRUPT: false,
    VERSION: version,
    VERSION_NUMBER: x * 1_000_000 + y * 1000 + z,
    OPEN_READONLY: READONLY,
    OPEN_READWRITE: READWRITE,
    OPEN_CREATE: CREATE,
    OPEN_FULLMUTEX: 0, // it is never used by two threads
    OPEN_URI: URI,
    Database: Connection,
    Statement: Statement as unknown as Driver['Statement'],
  };
}

/** Does the work now, and answers later. */
function answer(callback: (error: unknown, result?: unknown) => void, work: () => unknown): void {
  let error: unknown = null;
  let result: unknown;
  try {
    result = work();
  } catch (thrown) {
    error = asOfThePackage(thrown);
  }
  setImmediate(() => callback(error, result));
}

/** The package sends small whole numbers as integers; this module would send all numbers as floating point. */
function bound(value: unknown): unknown {
  return typeof value === 'number' && (value | 0) === value && !Object.is(value, -0) ? BigInt(value) : value;
}

/** An error with the code that the package would have given it. */
export function asOfThePackage(thrown: unknown): unknown {
  const { errcode, message = '' } = thrown as { errcode?: unknown; message?: string };
  if (typeof errcode !== 'number') return thrown;
  const code = CODES[errcode & 0xff] ?? 'SQLITE_ERROR';
  return Object.assign(new Error(`${code}: ${message}`, { cause: thrown }), { code });
}
