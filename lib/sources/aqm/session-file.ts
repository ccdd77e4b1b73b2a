/**
 * `amazon-session.json` in the data directory, mode 0600: nothing in it is trusted unchecked, written whole or not at
 * all.
 */
import { join } from 'node:path';
import { describeFileError, errorCode } from '../../files/file-error';
import { NotOurFile, oddKindOf, readOwnFile, type Objection } from '../../files/own-file';
import { ownerOfOurFiles } from '../../files/ownership';
import type { StateFolder } from '../../files/state-folder';
import type { Logger } from '../../logging/logger';
import { asRecord } from './lenient-json';
import { emptyState, readState, SESSION_VERSION, type SessionState } from './session-state';
import { SESSION_FILE } from './state-files';

/** the process that holds its lock obtains cookies; the others wait and use them */
export const SESSION_LOCK = '.amazon-session.lock';

/**
 * What the remembered state is bound to: another marketplace makes all of it worthless, another token all but the
 * device list. After a new login while Amazon gives no list, the monitors must still be read.
 */
export interface Binding {
  marketplace: string;
  refreshToken: string;
}

export interface SessionFile {
  /** The state of this login; an empty one if there is none that can be used. Never throws. */
  load(binding: Binding): SessionState;
  /** Replaces the file, mode 0600. A file that cannot be written costs a warning, never a cycle. */
  save(state: SessionState): void;
}

const NOT_OF_OUR_USER: Objection = (file, path) =>
  oddKindOf(file) ?? (file.uid === ownerOfOurFiles(path) ? null : `belongs to another user (uid ${file.uid})`);

/** @param options `cookiesOnly`: of what is saved, only new cookies, for those who ask outside the cycles */
export function openSessionFile(folder: StateFolder, logger: Logger, { cookiesOnly = false } = {}): SessionFile {
  const path = join(folder.path, SESSION_FILE);
  let complained = false;

  function discard(reason: string): SessionState {
    if (complained) return emptyState();
    complained = true;
    logger.warning('session_discarded', `${path} ${reason}; a new session is made with the refresh token.`, {
      path,
    });
    return emptyState();
  }

  function read(): SessionState {
    let text: string;
    try {
      text = readOwnFile(path, NOT_OF_OUR_USER);
    } catch (thrown) {
      if (thrown instanceof NotOurFile) return discard(thrown.what);
      if (errorCode(thrown) === 'ENOENT') return emptyState();
      return discard(`cannot be read: ${describeFileError(thrown)}`);
    }
    const content = asRecord(text);
    const version = content['version'];
    if (typeof version === 'number' && version > SESSION_VERSION) {
      return discard(`was written by a newer version of this program (format ${version})`);
    }
    return (version === undefined ? null : readState(content)) ?? discard('is cut or damaged');
  }

  return {
    load(binding) {
      const onDisk = read();
      const state = onDisk.lives_at === binding.marketplace ? atHome(onDisk) : onDisk;
      if (state.bound_to !== null && isBoundTo(state.bound_to, binding)) return state;
      if (state.bound_to !== null) {
        const changed = state.bound_to.marketplace === binding.marketplace ? 'refresh token' : 'marketplace';
        logger.info('session_changed', `The ${changed} has changed: the cookies of the former one are dropped.`);
      }
      const { pending_login, spent_code } = state;
      const remembered = listOfFormerLogin(state, binding.marketplace);
      return { ...emptyState(), bound_to: bind(binding), ...remembered, pending_login, spent_code };
    },
    save(whole) {
      const state = cookiesOnly ? cookiesAlone(whole, read()) : whole;
      if (state === null) return;
      try {
        folder.write(SESSION_FILE, `${JSON.stringify(state, null, 1)}\n`);
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown);
        logger.warning('session_not_saved', `The Amazon session cannot be remembered. ${message}`, { path });
      }
    },
  };
}

/** The configuration now names the marketplace where the monitors were found: the session is of there. */
function atHome(state: SessionState): SessionState {
  const { bound_to, lives_at } = state;
  if (bound_to === null || lives_at === null) return state;
  return { ...state, bound_to: { ...bound_to, marketplace: lives_at }, lives_at: null };
}

/** What is on disk, with the new cookies; null if there are none. */
function cookiesAlone({ cookies, bound_to, lives_at }: SessionState, onDisk: SessionState): SessionState | null {
  if (cookies === null || JSON.stringify(cookies) === JSON.stringify(onDisk.cookies)) return null;
  const ofThisLogin = onDisk.bound_to !== null && onDisk.bound_to.salt === bound_to?.salt;
  const ofOther = { ...listOfFormerLogin(onDisk, bound_to?.marketplace), pending_login: onDisk.pending_login };
  const kept = ofThisLogin ? onDisk : { ...emptyState(), ...ofOther };
  return { ...kept, bound_to, cookies, lives_at };
}

/** The monitors of another token at the same marketplace, to be listed again at once: the account may be another. */
function listOfFormerLogin(
  { bound_to, discovery, lives_at }: SessionState,
  marketplace?: string,
): Pick<SessionState, 'discovery' | 'lives_at'> {
  if (discovery === null || bound_to?.marketplace !== marketplace) return { discovery: null, lives_at: null };
  return { lives_at, discovery: { ...discovery, next_try_at: new Date(0).toISOString(), failed_tries: 0 } };
}

/** The token as a salted hash: enough to notice another one, useless to anybody who finds the file. */
function hashOf(refreshToken: string, salt: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(`${salt}${refreshToken}`).digest('hex');
}

export function bind({ marketplace, refreshToken }: Binding): NonNullable<SessionState['bound_to']> {
  const salt = process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex');
  return { marketplace, salt, token_hash: hashOf(refreshToken, salt) };
}

export function isBoundTo(
  bound: NonNullable<SessionState['bound_to']>,
  { marketplace, refreshToken }: Binding,
): boolean {
  return bound.marketplace === marketplace && bound.token_hash === hashOf(refreshToken, bound.salt);
}
