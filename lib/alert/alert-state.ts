/**
 * Which e-mails an alert has had, in `alert-state.json` of the data directory; exists only while there is something to
 * remember.
 */
import { join } from 'node:path';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { writeWhole } from '../files/write-whole';

const STATE_FILE = 'alert-state.json';

/** All times are UTC ISO 8601. */
export interface AlertState {
  version: 1;
  /** when the active alert was raised; null if none is active */
  raised_at: string | null;
  /** the last e-mail about it that the mail server took; null if it took none */
  mailed_at: string | null;
  /** an alert that is over, but whose e-mail the mail server has not taken yet */
  ended: { raised_at: string; cleared_at: string } | null;
  /** after a failure that repeats itself (login refused), no e-mail is tried before this time */
  mail_not_before: string | null;
}

const NOTHING: AlertState = { version: 1, raised_at: null, mailed_at: null, ended: null, mail_not_before: null };

/** Deleting the file is safe: at worst an e-mail is sent twice. So a damaged one counts as none. */
export function loadAlertState(dataDirectory: string): AlertState {
  try {
    const content = JSON.parse(readOwnFile(join(dataDirectory, STATE_FILE))) as Partial<AlertState>;
    if (content.version !== 1) return { ...NOTHING };
    const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
    const time = (value: string | null | undefined) => (isTime(value) ? (value ?? null) : null);
    const { ended } = content;
    return {
      version: 1,
      raised_at: time(content.raised_at),
      mailed_at: time(content.mailed_at),
      ended: ended && isTime(ended.raised_at) && isTime(ended.cleared_at) ? ended : null,
      mail_not_before: time(content.mail_not_before),
    };
  } catch {
    return { ...NOTHING };
  }
}

/** @throws MonitorError `file_system` */
export function saveAlertState(dataDirectory: string, state: AlertState): void {
  const path = join(dataDirectory, STATE_FILE);
  if (state.raised_at !== null || state.ended !== null) {
    writeWhole(path, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
    return;
  }
  removeIfThere(path);
}
