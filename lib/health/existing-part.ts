/** Checks a directory that is made only when it is first needed. */
import { mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MonitorError } from '../errors';
import { errorCode, fileError } from '../files/file-error';

/**
 * The path itself, or the nearest part of it that exists: where it would be created. That may be a file.
 * @throws MonitorError `file_system` if this user cannot look at it (a folder above it is closed)
 */
export function existingPartOf(path: string): string {
  for (let part = path; ; part = dirname(part)) {
    try {
      statSync(part);
      return part;
    } catch (thrown) {
      const goesOn = ['ENOENT', 'ENOTDIR'].includes(errorCode(thrown)) && part !== dirname(part);
      if (!goesOn) throw fileError('look at', path, thrown);
    }
  }
}

/**
 * Why nothing can be made in a directory, proved by making a folder there and removing it: what the mode allows is not
 * always possible (in /proc and /sys, for example).
 * @param wanted what is to be made there, for the message
 */
export function refusalToMake(wanted: string, directory: string): MonitorError | null {
  try {
    rmdirSync(mkdtempSync(join(directory, '.health-')));
    return null;
  } catch (thrown) {
    const { message, type, permanent, remediation } = fileError('make', wanted, thrown);
    const elsewhere = `Name another folder in config.yaml, or see what prevents this one: namei -l '${wanted}'`;
    const isFull = ['ENOSPC', 'EDQUOT'].includes(errorCode(thrown));
    return new MonitorError(message, { type, permanent, remediation: isFull ? remediation : elsewhere, cause: thrown });
  }
}
