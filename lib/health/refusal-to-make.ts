/** Whether a directory can be made that is made only when it is first needed. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { MonitorError } from '../errors';
import { errorCode, fileError } from '../files/file-error';
import { temporaryFor } from '../files/temporaries';
import { shellQuoted } from '../wording';

/**
 * Why nothing can be made in a directory, proved by making a folder there and removing it: what the mode allows is not
 * always possible (in /proc and /sys, for example).
 * @param wanted what is to be made there, for the message
 */
export function refusalToMake(wanted: string, directory: string): MonitorError | null {
  try {
    const trial = temporaryFor(join(directory, 'health'));
    mkdirSync(trial, 0o700);
    rmdirSync(trial);
    return null;
  } catch (thrown) {
    const { message, type, permanent, remediation } = fileError('make', wanted, thrown);
    const elsewhere = `Name another folder in config.yaml, or see what prevents this one: namei -l ${shellQuoted(wanted)}`;
    const isFull = ['ENOSPC', 'EDQUOT'].includes(errorCode(thrown));
    return new MonitorError(message, { type, permanent, remediation: isFull ? remediation : elsewhere, cause: thrown });
  }
}
