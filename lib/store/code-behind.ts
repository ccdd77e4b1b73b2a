/**
 * SQLite tells only its own primary code: SQLITE_IOERR and SQLITE_CANTOPEN may be anything. What the system said is found
 * out by asking for what would explain it.
 */
import { closeSync, openSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../files/file-error';
import { hasNoInodes } from '../files/file-remedy';

/** Less than this left means full: SQLite grows its files by pages of 4 KB and its shared memory by 32 KB. */
const FULL_BELOW_BYTES = 128 * 1024;
/** statfs(2) types */
const FAT = 0x4d44;
const FUSE = 0x65735546;
const FAT_LIMIT_BYTES = 2 ** 32;

/** @returns `ENOSPC`, `EMFILE`, `ENFILE`, `EFBIG`, `ENODEV` (no shared memory); '' if nothing explains it */
export function codeBehind(path: string, resultCode: string): string {
  if (resultCode !== 'SQLITE_IOERR' && resultCode !== 'SQLITE_CANTOPEN') return '';
  const openFiles = refusalToOpen();
  if (openFiles !== '') return openFiles;
  try {
    const { bavail, bsize, type } = statfsSync(dirname(path));
    if (bavail * bsize < FULL_BELOW_BYTES || hasNoInodes(path)) return 'ENOSPC';
    if (resultCode === 'SQLITE_CANTOPEN') return '';
    const limit = Math.min(limitOfThisUser(), type === FAT ? FAT_LIMIT_BYTES : Infinity);
    if (sizeOf(path) > limit - FULL_BELOW_BYTES || sizeOf(`${path}-wal`) > limit - FULL_BELOW_BYTES) return 'EFBIG';
    return type === FUSE ? 'ENODEV' : '';
  } catch {
    return ''; // the disk does not say
  }
}

function refusalToOpen(): string {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return '';
  } catch (thrown) {
    return errorCode(thrown);
  }
}

/** `ulimit -f`, in bytes. */
function limitOfThisUser(): number {
  const [, limit] = /^Max file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
  return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
