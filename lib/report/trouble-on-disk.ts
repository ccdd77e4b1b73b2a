/** The current problems that files show, also if there is no database yet. */
import { readAlert } from '../alert/alert-file';
import type { Config } from '../config/config';
import { errorCode, fileError } from '../files/file-error';
import { activeAlerts } from '../home-alerts/state';
import { sentenceOf } from '../home-alerts/words';
import { SOURCES } from '../sources/all';
import { spoolDirectory, spooledFiles } from '../store/spool';
import { plural } from '../wording';
import { momentOf } from './moment';
import type { Trouble } from './trouble-kinds';

/** How many cycles wait in the spool; null if only the collectors' user may see that. */
export function spooledCycles(storage: Config['storage']): number | null {
  try {
    return spooledFiles(storage).length;
  } catch (thrown) {
    if (errorCode(thrown) === 'EACCES') return null;
    throw fileError('read', spoolDirectory(storage), thrown);
  }
}

export function troubleOnDisk({ storage }: Config): Trouble[] {
  const found: Trouble[] = [];
  const alert = readAlert(storage.data_directory);
  if (alert !== null) {
    const raisedMs = Date.parse(alert.timestamp);
    const since = Number.isNaN(raisedMs) ? '' : ` since ${momentOf(raisedMs)}`; // a user has edited the file
    const message = `Amazon login needed${since}: ${alert.remediation}`;
    found.push({
      kind: 'alert',
      collector: SOURCES.find(({ raisesAlert }) => raisesAlert)?.collector ?? null,
      message,
    });
  }
  for (const alert of activeAlerts(storage.data_directory)) {
    found.push({ kind: 'home_alert', collector: null, message: sentenceOf(alert) });
  }
  const waiting = spooledCycles(storage);
  if (waiting !== null && waiting > 0) {
    const message = `${plural(waiting, 'cycle')} in the spool: the next cycle that can write stores them`;
    found.push({ kind: 'spool', collector: null, message });
  }
  return found;
}
