/** Whether somebody can receive what is printed on standard error, as far as this process can know. */
import { fstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hasMailProgram } from '../alert/mail-program';

/** What is asked; tests give their own. */
export interface Hearing {
  /** the file that is standard error */
  descriptor: number;
  /** whether a write has failed, because nobody reads the pipe any more */
  hasFailed: () => boolean;
  environment: NodeJS.ProcessEnv;
  parent: number;
  hasMailProgram: () => boolean;
}

const OWN: Hearing = {
  descriptor: 2,
  hasFailed: () => (process.stderr.errored ?? null) !== null,
  environment: process.env,
  parent: process.ppid,
  hasMailProgram,
};

/** Call it after printing: only then it is known that nobody reads a pipe. */
export function isHeard(given: Partial<Hearing> = {}): boolean {
  const hearing = { ...OWN, ...given };
  if (hearing.hasFailed() || isDevNull(hearing.descriptor)) return false;
  if (!isPipeOfCron(hearing)) return true;
  return hearing.environment['MAILTO'] !== '' && hearing.hasMailProgram();
}

function isDevNull(descriptor: number): boolean {
  try {
    const file = fstatSync(descriptor);
    return file.isCharacterDevice() && file.rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/** Debian's and BusyBox's names of the daemon that reads what a job prints, and mails it. */
const CRON = ['cron', 'crond', 'CRON'];

/** Cron starts a shell, which may start this process or become it; in a pipeline the shell's standard error is another one. */
function isPipeOfCron({ descriptor, parent }: Hearing): boolean {
  try {
    const own = readlinkSync(`/proc/self/fd/${descriptor}`);
    if (!own.startsWith('pipe:')) return false;
    if (CRON.includes(nameOf(parent))) return true;
    return CRON.includes(nameOf(parentOf(parent))) && readlinkSync(`/proc/${parent}/fd/2`) === own;
  } catch {
    return false; // no /proc, or another user's process
  }
}

const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();

function parentOf(pid: number): number {
  const [, parent = ''] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(parent);
}
