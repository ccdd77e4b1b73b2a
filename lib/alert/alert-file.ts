/**
 * `ALERT_TOKEN_REFRESH_NEEDED.txt`: exists exactly while somebody has to log in at Amazon by hand. For scripts that
 * check for the file, and for the person whom they call.
 */
import { join } from 'node:path';
import { errorCode, fileError } from '../files/file-error';
import { canBeReplaced, readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { syncDirectory } from '../files/sync-directory';
import { writeWhole } from '../files/write-whole';

export const ALERT_FILE = 'ALERT_TOKEN_REFRESH_NEEDED.txt';

/** The lines of the file, `key: value`; `status` and `collector` are always the same. */
export interface Alert {
  /** when it was raised, UTC ISO 8601; stays while it is active */
  timestamp: string;
  /** what went wrong, one sentence */
  error: string;
  /** the command that fixes it */
  remediation: string;
  /** where the user logs in */
  url: string;
}

export function alertPath(dataDirectory: string): string {
  return join(dataDirectory, ALERT_FILE);
}

export function textOfAlert({ timestamp, error, remediation, url }: Alert): string {
  const lines = { status: 'active', timestamp, collector: 'amazon_aqm', error, remediation, url };
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${value.replace(/\s+/g, ' ').trim()}\n`)
    .join('');
}

/**
 * The alert that is active; null if there is none, or if the file is not ours. A line that is missing (someone edited
 * the file) reads as ''.
 * @throws MonitorError `file_system`
 */
export function readAlert(dataDirectory: string): Alert | null {
  const path = alertPath(dataDirectory);
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT' || canBeReplaced(thrown)) return null;
    throw fileError('read', path, thrown);
  }
  const valueOf = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return {
    timestamp: valueOf('timestamp'),
    error: valueOf('error'),
    remediation: valueOf('remediation'),
    url: valueOf('url'),
  };
}

/** Writes the file whole or not at all; readable by all, it holds no secret. @throws MonitorError `file_system` */
export function writeAlert(dataDirectory: string, alert: Alert): void {
  writeWhole(alertPath(dataDirectory), textOfAlert(alert), { mode: 0o644 });
}

/** @throws MonitorError `file_system` */
export function removeAlert(dataDirectory: string): void {
  const path = alertPath(dataDirectory);
  try {
    removeIfThere(path);
    syncDirectory(dataDirectory);
  } catch (thrown) {
    throw fileError('remove', path, thrown);
  }
}
