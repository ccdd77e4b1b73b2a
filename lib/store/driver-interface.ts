/** What a driver of SQLite must offer, in the shape of the package sqlite3's native part. */
type Callback = (error: unknown) => void;

export interface DriverStatement {
  /** parameters, then a callback of error and rows */
  all(...parametersAndCallback: unknown[]): void;
  finalize(): void;
}

export interface DriverDatabase {
  configure(option: 'busyTimeout', milliseconds: number): void;
  exec(sql: string, callback: Callback): void;
  interrupt(): void;
  close(callback: Callback): void;
}

export interface Driver {
  /** `sqlite3`, `node:sqlite` */
  NAME: string;
  /** whether a statement that runs can be ended from outside */
  CAN_INTERRUPT: boolean;
  VERSION: string;
  VERSION_NUMBER: number;
  OPEN_READONLY: number;
  OPEN_READWRITE: number;
  OPEN_CREATE: number;
  OPEN_FULLMUTEX: number;
  OPEN_URI: number;
  Database: { new (path: string, flags: number, callback: Callback): DriverDatabase; prototype: object };
  Statement: { new (database: DriverDatabase, sql: string, callback: Callback): DriverStatement; prototype: object };
}
