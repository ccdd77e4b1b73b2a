/** By one of these, cron sends what a command prints to the crontab's owner. */
import { statSync } from 'node:fs';

export const MAIL_PROGRAMS: readonly string[] = [
  ...['/usr/sbin/sendmail', '/usr/lib/sendmail', '/usr/bin/sendmail', '/usr/local/sbin/sendmail'],
];

export function hasMailProgram(programs: readonly string[] = MAIL_PROGRAMS): boolean {
  return programs.some((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
