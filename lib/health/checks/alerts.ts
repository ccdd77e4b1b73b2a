/** Does somebody have to log in by hand, and what is wrong in the home? */
import { loadAlertState } from '../../alert/alert-state';
import { alertPath, readAlert } from '../../alert/alert-file';
import { activeAlerts } from '../../home-alerts/state';
import { sentenceOf } from '../../home-alerts/words';
import { SOURCES } from '../../sources/all';
import { skip, type CheckContext, type Judgement, type Problem } from '../../check/check';
import { shellQuoted } from '../../wording';

export function checkAlerts(context: CheckContext): Judgement {
  const login = checkLogin(context);
  const active = activeAlerts(context.config.storage.data_directory);
  if (active.length === 0) return login;
  const problems = active.map((alert): Problem => ({
    status: 'warn',
    message: `alert about the home: ${sentenceOf(alert)}`,
    remediation: {
      say: 'See the course of the last day',
      command: `node bin/report.js --location ${shellQuoted(alert.location)}`,
    },
  }));
  return {
    ...login,
    skipped: false,
    problems: [...login.problems, ...problems],
    details: { ...login.details, home: active },
  };
}

function checkLogin({ config, installation, now }: CheckContext): Judgement {
  const { data_directory } = config.storage;
  const path = alertPath(data_directory);
  const alert = readAlert(data_directory);
  const raising = SOURCES.filter(({ raisesAlert }) => raisesAlert).map(({ collector }) => collector);
  const wanted = raising.some((collector) => installation.enabled.includes(collector));
  const names = raising.join(', ');
  const past = loadAlertState(data_directory).last;
  if (alert === null) {
    if (!wanted) return skip(`${names} is not enabled`);
    const before = past === null ? '' : `; the last time, it was from ${past.raised_at} to ${past.cleared_at}`;
    const last = past && { status: 'cleared', ...past };
    return { message: `no login by hand is needed${before}`, problems: [], details: { path, last } };
  }
  const last = { status: 'active', raised_at: alert.timestamp, cleared_at: null };
  const details = { path, ...alert, last };
  if (!wanted) {
    const leftOver: Problem = {
      status: 'warn',
      message: `${path} is left over: ${names} is not enabled any more`,
      remediation: { say: '', command: `rm ${shellQuoted(path)}` },
    };
    return { message: '', problems: [leftOver], details };
  }
  const since = Date.parse(alert.timestamp);
  const age = Number.isNaN(since) ? '' : `, since ${alert.timestamp} (${hours(now().getTime() - since)})`;
  const active: Problem = {
    status: 'fail',
    message: `a login at Amazon by hand is needed${age}: ${alert.error || 'see the file'}`,
    remediation: {
      say: 'Log in again, which ends the alert',
      command: 'node bin/auth-amazon.js',
    },
    ...(raising[0] !== undefined && { causedBy: raising[0] }),
  };
  return { message: '', problems: [active], details };
}

function hours(milliseconds: number): string {
  const count = Math.max(0, Math.floor(milliseconds / 3_600_000));
  return count === 0 ? 'less than an hour ago' : `${count} h ago`;
}
