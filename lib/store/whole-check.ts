/** SQLite's own checks of a whole file, which last minutes for a large one: they end as soon as the signal fires. */
import { execFile } from 'node:child_process';
import { Database, DISTRUST, type Row } from './database';
import { databaseError } from './database-error';
import { loadDriver } from './driver';
import { refuseOddFiles } from './files';
import { asOfThePackage } from './node-sqlite';
import type { LockWait } from './while-locked';

export type WholeCheck = 'integrity_check(1)' | 'quick_check(3)';

/**
 * @returns what is damaged, in SQLite's words; empty if nothing is
 * @throws MonitorError `database_*`, also if the file is too damaged to be checked; anything if the signal has fired
 */
export async function damageIn(path: string, check: WholeCheck, wait: LockWait): Promise<string[]> {
  wait.signal?.throwIfAborted();
  const rows = await (loadDriver().CAN_INTERRUPT ? inThread : inProcess)(path, check, wait);
  return rows.flatMap((row) => Object.values(row).map(String)).filter((text) => text !== 'ok');
}

async function inThread(path: string, check: WholeCheck, { busyTimeoutMs, signal }: LockWait): Promise<Row[]> {
  const database = await Database.open(path, 'read-write');
  const stop = () => database.interrupt();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    database.setBusyTimeout(busyTimeoutMs);
    return await database.all(`PRAGMA ${check}`);
  } finally {
    signal?.removeEventListener('abort', stop);
    await database.close();
  }
}

interface Said {
  rows?: Row[];
  errcode?: number;
  message?: string;
}

const SCRIPT = `
  const [path, check, timeout] = process.argv.slice(1);
  let said;
  try {
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(path, { timeout: Number(timeout) });
    database.exec('${DISTRUST}');
    said = { rows: database.prepare('PRAGMA ' + check).all() };
    database.close();
  } catch ({ errcode, message }) {
    said = { errcode, message };
  }
  process.stdout.write(JSON.stringify(said));`;

/** A statement of `node:sqlite` cannot be interrupted, and a thread that runs one cannot be ended: a process can. */
async function inProcess(path: string, check: WholeCheck, { busyTimeoutMs, signal }: LockWait): Promise<Row[]> {
  refuseOddFiles(path);
  const words = ['--eval', SCRIPT, path, check, String(busyTimeoutMs)];
  const said = await new Promise<Said>((resolve, reject) => {
    execFile(process.execPath, words, { signal, killSignal: 'SIGKILL' }, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as Said);
      else reject(signal?.aborted === true ? (signal.reason as Error) : databaseError(path, error));
    });
  });
  if (said.rows === undefined) throw databaseError(path, asOfThePackage(said));
  return said.rows;
}
