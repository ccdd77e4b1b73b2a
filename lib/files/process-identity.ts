/**
 * Who holds a lock, in words that another process can check: a process number alone is reused, so the boot, the start
 * time and the namespace in which the number counts belong to it.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from './file-error';

/** `pid start boot namespace nonce`; what this system does not show is `-`. The nonce is never used twice. */
export function describeThisProcess(): string {
  const nonce = `${process.hrtime.bigint().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  return [process.pid, startTimeOf('self'), bootId(), pidNamespace(), nonce].join(' ');
}

/** Whether the process of this description still runs; `unknown` if this process cannot see it (another container). */
export function lifeOf(description: string): 'alive' | 'dead' | 'unknown' {
  const [pid = '', start = '', boot = '', namespace = '', nonce] = description.split(' ');
  if (nonce === undefined || !/^\d+$/.test(pid)) return 'unknown';
  if (boot !== bootId()) return 'dead';
  if (namespace !== pidNamespace()) return 'unknown';
  try {
    process.kill(Number(pid), 0);
  } catch (thrown) {
    if (errorCode(thrown) === 'ESRCH') return 'dead';
  }
  const startNow = startTimeOf(pid);
  return startNow === start || startNow === '-' ? 'alive' : 'dead';
}

/**
 * Field 22 of /proc/PID/stat (proc(5)); a zombie has ended already. The name in field 2 may hold spaces and brackets.
 */
function startTimeOf(pid: string): string {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '-');
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id').trim() || '-';
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '-';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
