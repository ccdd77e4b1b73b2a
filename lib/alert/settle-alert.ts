/**
 * After each cycle: raises the alert if a login by hand is needed, ends it if the login works, and sends the
 * e-mails that are due. It never changes the outcome of the cycle.
 */
import { isInFuture, isWaitOver, isYoung } from '../clock';
import type { EmailSecrets } from '../config/config';
import { asMonitorError, MonitorError } from '../errors';
import type { Logger } from '../logging/logger';
import type { Redact } from '../logging/redact';
import type { Retrier } from '../reliability/retry';
import { asTyped } from '../typed-command';
import { alertPath, readAlert, removeAlert, textOfAlert, writeAlert, type Alert } from './alert-file';
import { loadAlertState, saveAlertState, type AlertState } from './alert-state';
import { sendEmail, type SendEmail } from './email';
import { clearedMessage, raisedMessage, reminderMessage, type Message } from './messages';

/** What the cycle has learnt about the login. */
export type AlertVerdict = { status: 'accepted' | 'unknown' } | { status: 'needed'; error: MonitorError };

export interface AlertContext {
  dataDirectory: string;
  /** null: no e-mail is configured */
  email: EmailSecrets | null;
  logger: Logger;
  /** for the alert file, and with it the e-mail */
  redact: Redact;
  retrier: Retrier;
  /** the address to log in at; asked for only when the alert is raised */
  signInUrl: () => string;
  send?: SendEmail;
  now?: () => Date;
  /** for one e-mail, retries included, and for each try; with less than a second left, none is begun */
  emailDeadlineMs?: number;
  emailTimeoutMs?: number;
}

const REMINDER_AFTER_MS = 24 * 60 * 60_000;
const AFTER_PERMANENT_FAILURE_MS = 60 * 60_000;

/** Never throws: what goes wrong here is logged. */
export async function settleAlert(verdict: AlertVerdict, context: AlertContext): Promise<void> {
  const { dataDirectory, logger } = context;
  const now = (context.now ?? (() => new Date()))();
  try {
    const state = loadAlertState(dataDirectory);
    const before = JSON.stringify(state);
    // A clock that was ahead raised it: we take the present time instead.
    if (state.raised_at !== null) state.raised_at = timeOr(now, state.raised_at);
    const active = readAlert(dataDirectory);
    if (verdict.status === 'needed') raise(verdict.error, active, state, context, now);
    else if (verdict.status === 'accepted') clear(active, state, context, now);
    if (JSON.stringify(state) !== before) saveAlertState(dataDirectory, state);
    await sendWhatIsDue(state, context, now);
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    logger.error('alert_failed', message, { path: alertPath(dataDirectory), remediation });
  }
}

function raise(error: MonitorError, active: Alert | null, state: AlertState, context: AlertContext, now: Date): void {
  const { dataDirectory, logger } = context;
  const isNew = active === null && state.raised_at === null;
  state.raised_at ??= timeOr(now, active?.timestamp);
  if (isNew)
    logger.critical('alert_raised', `A login at Amazon is needed: ${error.message}`, {
      path: alertPath(dataDirectory),
    });
  const alert: Alert = {
    timestamp: state.raised_at,
    error: context.redact(error.message),
    remediation: asTyped('node bin/auth-amazon.js'),
    url: active?.url === undefined || active.url === '' ? context.signInUrl() : active.url,
  };
  if (active === null || textOfAlert(active) !== textOfAlert(alert)) writeAlert(dataDirectory, alert);
}

function clear(active: Alert | null, state: AlertState, context: AlertContext, now: Date): void {
  if (active === null && state.raised_at === null) return;
  removeAlert(context.dataDirectory);
  const raised_at = state.raised_at ?? timeOr(now, active?.timestamp);
  const cleared_at = now.toISOString();
  context.logger.info('alert_cleared', 'The login at Amazon works again: the alert is over.', { raised_at });
  state.last = { raised_at, cleared_at };
  // If no e-mail said that it began, none needs to say that it is over.
  if (state.mailed_at !== null) state.ended = { raised_at, cleared_at };
  Object.assign(state, { raised_at: null, mailed_at: null });
}

function timeOr(now: Date, written: string | undefined): string {
  const isTime = written !== undefined && !Number.isNaN(Date.parse(written));
  return isTime && !isInFuture(Date.parse(written), now.getTime()) ? written : now.toISOString();
}

async function sendWhatIsDue(state: AlertState, context: AlertContext, now: Date): Promise<void> {
  const { dataDirectory, email } = context;
  if (email === null || (context.emailDeadlineMs ?? Infinity) < 1000) return;
  const waitsUntilMs = Date.parse(state.mail_not_before ?? '');
  if (!isWaitOver(waitsUntilMs, AFTER_PERMANENT_FAILURE_MS, now.getTime())) return;
  if (state.ended !== null && (await sent(clearedMessage(state.ended), email, state, context, now))) {
    state.ended = null;
    saveAlertState(dataDirectory, state);
  }
  const alert = state.raised_at === null ? null : readAlert(dataDirectory);
  if (alert === null) return;
  const message = dueMessage(alert, state, now);
  if (message !== null && (await sent(message, email, state, context, now))) {
    state.mailed_at = now.toISOString();
    saveAlertState(dataDirectory, state);
  }
}

function dueMessage(alert: Alert, { mailed_at }: AlertState, now: Date): Message | null {
  if (mailed_at === null) return raisedMessage(alert);
  return isYoung(Date.parse(mailed_at), REMINDER_AFTER_MS, now.getTime()) ? null : reminderMessage(alert, now);
}

/** Whether the mail server took the message; a failure is a warning, and the e-mail stays due. */
async function sent(message: Message, email: EmailSecrets, state: AlertState, context: AlertContext, now: Date) {
  const { logger, retrier, send = sendEmail, emailDeadlineMs = 30_000, emailTimeoutMs = 10_000 } = context;
  const endsAt = performance.now() + emailDeadlineMs;
  try {
    await retrier.run({ operation: 'alert.send_email', endpoint: 'SMTP' }, () => {
      const remainingMs = Math.floor(endsAt - performance.now());
      if (remainingMs <= 0) throw outOfTime(emailDeadlineMs);
      return send(email, message, Math.min(emailTimeoutMs, remainingMs));
    });
    state.mail_not_before = null;
    logger.info('email_sent', message.subject);
    return true;
  } catch (thrown) {
    const { message: what, permanent, remediation } = asMonitorError(thrown);
    if (permanent) state.mail_not_before = new Date(now.getTime() + AFTER_PERMANENT_FAILURE_MS).toISOString();
    if (permanent) saveAlertState(context.dataDirectory, state);
    logger.warning('email_failed', `"${message.subject}" could not be sent: ${what}`, { remediation });
    return false;
  }
}

function outOfTime(milliseconds: number): MonitorError {
  return new MonitorError(`the mail server did not take the e-mail within ${milliseconds / 1000} s`, {
    type: 'email',
    permanent: true,
    endpoint: 'SMTP',
    remediation: 'Check the email section of secrets.yaml; the next try is in an hour.',
  });
}
