/**
 * One lock for a directory that processes hold for microseconds, taken synchronously. Node.js offers no lock that the
 * kernel gives back, so the lock is a name, `.lock`, and the lock of a dead process is recognised and removed.
 *
 * Why at most one live process holds it: link(2) creates the name or fails, and the name arrives with its holder's
 * description inside. Only its holder removes it; once the holder is dead, only a process that holds `.lock.<nonce of
 * the dead>` may do that (a lock of the same kind, taken in the same way), and it checks again before it removes.
 */
import { linkSync, lstatSync, openSync, closeSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describeFileError, errorCode } from '../files/file-error';
import { NotOurFile, oddKindOf, readOwnFile } from '../files/own-file';
import { makeDirectory, ownOpenFileLike } from '../files/ownership';
import { describeThisProcess, lifeOf } from '../files/process-identity';

const LOCK = '.lock';
const SPINS = 20;
const PAUSE_MS = 0.2;
const OLD_AFTER_MS = 24 * 3_600_000;
/**
 * A lock without content: its holder writes that in the same moment (where there are no hard links), or the power went
 * before it reached the disk.
 */
const EMPTY_FOR_MS = 50;

export class DirectoryLock {
  readonly #directory: string;
  readonly #maxWaitMs: number;
  readonly #me = describeThisProcess();
  readonly #ticket: string;
  #ticketWritten = false;
  /** The holder that was waited for without success: not again until it releases the lock. */
  #stuck = '';
  /** Something else has the name of the lock; it stays there until somebody removes it. */
  inTheWay: NotOurFile | null = null;
  /** The first use removes what killed processes left; later ones need not. */
  #hasCleaned = false;

  /** @param maxWaitMs how long a live holder is waited for: its work takes far less than 1 ms, so it must be stopped */
  constructor(directory: string, maxWaitMs = 5000) {
    this.#directory = directory;
    this.#maxWaitMs = maxWaitMs;
    this.#ticket = join(directory, `.writer-${process.pid}-${nonceOf(this.#me)}`);
  }

  /** @returns why the lock cannot be taken, or undefined when it is held */
  acquire(): string | undefined {
    const name = join(this.#directory, LOCK);
    let unchanged = { state: '', since: 0 };
    this.inTheWay = null;
    try {
      for (let tries = 1; ; tries++) {
        if (this.#place(name)) {
          this.#stuck = '';
          return undefined;
        }
        if (tries < SPINS && this.#stuck === '') continue;
        const { holder, state } = holderOf(name);
        if (holder === this.#me) return undefined; // the last release was refused
        if (state !== unchanged.state) unchanged = { state, since: performance.now() };
        const limitMs = isEmpty(holder) ? Math.min(EMPTY_FOR_MS, this.#maxWaitMs) : this.#maxWaitMs;
        const waited = state === this.#stuck || performance.now() - unchanged.since > limitMs;
        if (state === '' || this.#clear(name, waited)) continue;
        if (waited) {
          this.#stuck = state;
          return `process ${holder.split(' ')[0] ?? ''} holds ${name} and does not release it`;
        }
        pause(PAUSE_MS);
      }
    } catch (thrown) {
      if (thrown instanceof NotOurFile) this.inTheWay = thrown;
      return `cannot lock ${name}: ${describeFileError(thrown)}`;
    }
  }

  release(): void {
    unlink(join(this.#directory, LOCK));
  }

  /** Takes this process's own name out of the directory. */
  close(): void {
    if (this.#ticketWritten) unlink(this.#ticket);
    this.#ticketWritten = false;
  }

  /** Creates `name` with this process's description inside; false if it exists. */
  #place(name: string): boolean {
    if (!this.#ticketWritten) this.#writeTicket();
    try {
      linkSync(this.#ticket, name);
      return true;
    } catch (thrown) {
      switch (errorCode(thrown)) {
        case 'EEXIST':
          return false;
        case 'ENOENT': // the directory was emptied or removed
          this.#writeTicket();
          return false;
        case 'EPERM':
        case 'ENOTSUP':
        case 'ENOSYS': // a file system without hard links (FAT)
          return createWith(name, this.#me);
        default:
          throw thrown;
      }
    }
  }

  #writeTicket(): void {
    makeDirectory(this.#directory);
    createWith(this.#ticket, this.#me, this.#directory);
    this.#ticketWritten = true;
    if (!this.#hasCleaned) this.#removeLeftovers();
    this.#hasCleaned = true;
  }

  /**
   * Removes `name` if its holder is dead.
   * @param unchanged it was the same for the whole wait: then a holder that we cannot see counts as dead, too
   * @returns whether it is worth trying again at once
   */
  #clear(name: string, unchanged: boolean): boolean {
    const seen = holderOf(name);
    if (seen.state === '') return true;
    const life = lifeOf(seen.holder);
    if (life === 'alive' || (life === 'unknown' && !unchanged)) return false;
    const token = `${name}.${nonceOf(seen.holder)}`;
    if (!this.#place(token)) return this.#clear(token, unchanged);
    if (holderOf(name).state === seen.state) unlink(name);
    unlink(token);
    return true;
  }

  /** Removes what killed processes left: their names, and tokens so old that no process can still use them. */
  #removeLeftovers(): void {
    for (const entry of readdirSync(this.#directory)) {
      if (!entry.startsWith('.writer-') && !entry.startsWith(`${LOCK}.`)) continue;
      const path = join(this.#directory, entry);
      if (path === this.#ticket) continue;
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined || oddKindOf(stat) !== null) continue; // not ours
      const old = Math.abs(Date.now() - stat.ctimeMs) > OLD_AFTER_MS; // from the future: left by a wrong clock
      if (old || (entry.startsWith('.writer-') && lifeOf(holderOf(path).holder) === 'dead')) unlink(path);
    }
  }
}

/** The holder of a name, and a word that changes with each new holder; '' if there is none. */
function holderOf(name: string): { holder: string; state: string } {
  const stat = lstatSync(name, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined) return { holder: '', state: '' };
  try {
    // Any owner is accepted: several users may log here, and a lock is only read.
    const holder = readOwnFile(name, oddKindOf);
    return { holder, state: `${holder} ${stat.ino} ${stat.ctimeNs}` };
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return { holder: '', state: '' };
    throw thrown;
  }
}

/** A power cut leaves no byte, or zeros, of what was not on the disk yet. */
function isEmpty(holder: string): boolean {
  return /^[\0\s]*$/.test(holder);
}

function nonceOf(description: string): string {
  return (description.split(' ').at(-1) ?? '').replace(/[^a-z0-9]/g, '') || 'nobody';
}

/** @param ownerModel as root, the new file takes the owner of this directory */
function createWith(path: string, content: string, ownerModel?: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o644);
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') return false;
    throw thrown;
  }
  try {
    writeSync(file, content);
    if (ownerModel !== undefined) ownOpenFileLike(ownerModel, file);
  } catch (thrown) {
    unlink(path);
    throw thrown;
  } finally {
    closeSync(file);
  }
  return true;
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Gone already, or the directory is now read-only: the next process finds its holder dead.
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

function pause(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}
