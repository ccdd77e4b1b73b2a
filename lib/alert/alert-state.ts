/**
 * Which e-mails an alert has had, and when the last one began and ended, in `alert-state.json` of the data directory; exists
 * from the first alert on.
 */
import { join } from 'node:path';
import { readOwnFile } from '../files/own-file';
import { removeIfThere } from '../files/remove-if-there';
import { writeWhole } from '../files/write-whole';

export const ALERT_STATE_FILE = 'alert-state.json';

export interface PastAlert {
  raised_at: string;
  cleared_at: string;
}

/** All times are UTC ISO 8601. */
export interface AlertState {
  version: 1;
  /** when the active alert was raised; null if none is active */
  raised_at: string | null;
  /** the last e-mail about it that the mail server took; null if it took none */
  mailed_at: string | null;
  /** an alert that is over, but whose e-mail the mail server has not taken yet */
  ended: PastAlert | null;
  /** the last alert that is over, for health */
  last: PastAlert | null;
  /** after a failure that repeats itself (login refused), no e-mail is tried before this time */
  mail_not_before: string | null;
}

const NOTHING: AlertState = {
  version: 1,
  raised_at: null,
  mailed_at: null,
  ended: null,
  last: null,
  mail_not_before: null,
};

/** Deleting the file is safe: at worst an e-mail is sent twice. So a damaged one counts as none. */
export function loadAlertState(dataDirectory: string): AlertState {
  try {
    const content = JSON.parse(readOwnFile(join(dataDirectory, ALERT_STATE_FILE))) as Partial<AlertState>;
    if (content.version !== 1) return { ...NOTHING };
    const isTime = (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
    const time = (value: string | null | undefined) => (isTime(value) ? (value ?? null) : null);
    const past = (alert: PastAlert | null | undefined) =>
      alert && isTime(alert.raised_at) && isTime(alert.cleared_at) ? alert : null;
    return {
      version: 1,
      raised_at: time(content.raised_at),
      mailed_at: time(content.mailed_at),
      ended: past(content.ended),
      last: past(content.last),
      mail_not_before: time(content.mail_not_before),
    };
  } catch {
    return { ...NOTHING };
  }
}

/** @throws MonitorError `file_system` */
export function saveAlertState(dataDirectory: string, state: AlertState): void {
  const path = join(dataDirectory, ALERT_STATE_FILE);
  if (state.raised_at !== null || state.ended !== null || state.last !== null) {
    writeWhole(path, `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
    return;
  }
  removeIfThere(path);
}
