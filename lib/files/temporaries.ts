/**
 * One rule for everything that exists only while a process works: it lies next to what it will become, and its name says
 * which process made it. If that process has ended, by a power cut or otherwise, the next one that works in the folder
 * removes it, whatever it should have become.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isYoung } from '../clock';
import { describeThisProcess, lifeOf } from './process-identity';
import { removeIfThere } from './remove-if-there';

/** If it is not known whether the process still runs (in another container): so long nothing takes. */
const ABANDONED_AFTER_MS = 10 * 60_000;
const MARK = '.temporary-';
const OURS = /^\..+\.temporary-([^.]+?)(-wal|-shm|-journal)?$/;

let maker: string | undefined;

/** `/data/.readings.db.temporary-812_4711_3f2a…_pid:[4026531836]_k3x9` */
export function temporaryFor(target: string): string {
  maker ??= describeThisProcess().split(' ').slice(0, 4).join('_');
  const nonce = process.hrtime.bigint().toString(36);
  return join(dirname(target), `.${basename(target).slice(0, 40)}${MARK}${maker}_${nonce}`);
}

/** Never throws: what cannot be removed stays, and nothing is lost. */
export function clearTemporaries(directory: string): void {
  try {
    for (const name of readdirSync(directory)) {
      const maker = name.includes(MARK) ? OURS.exec(name)?.[1] : undefined;
      if (maker === undefined) continue;
      const path = join(directory, name);
      if (isAbandoned(path, maker)) remove(path);
    }
  } catch {
    // A directory that may be written but not read, or another user's file.
  }
}

function isAbandoned(path: string, maker: string): boolean {
  const life = lifeOf(maker.replaceAll('_', ' '));
  if (life !== 'unknown') return life === 'dead';
  const modifiedMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return !isYoung(modifiedMs, ABANDONED_AFTER_MS, Date.now());
}

function remove(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) rmSync(path, { recursive: true, force: true });
  else removeIfThere(path);
}
