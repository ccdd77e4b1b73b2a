/** The alert over time: raised once, reminded daily, ended when the login works; the file and the e-mails. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_STATE_FILE, loadAlertState } from '../../../lib/alert/alert-state';
import { settleAlert, type AlertContext, type AlertVerdict } from '../../../lib/alert/settle-alert';
import { MonitorError } from '../../../lib/errors';
import { createRedactor } from '../../../lib/logging/redact';
import { startDeadline } from '../../../lib/reliability/deadline';
import { createRetrier } from '../../../lib/reliability/retry';
import { recordingLogger } from '../../support/recording-logger';
import { startMailServer, startSilentServer } from '../../support/mail-server';
import { scratchDirectory } from '../../support/scratch';

const HOUR = 60 * 60_000;
/** to the year 2099 */
const YEARS = 73 * 365.25 * 24 * HOUR;
const FIRST = '2026-11-24T10:00:00.000Z';
const needed: AlertVerdict = {
  status: 'needed',
  error: new MonitorError('Amazon refuses the refresh token (HTTP 400 invalid_grant): a login by hand is needed', {
    type: 'login_needed',
    permanent: true,
  }),
};
const accepted: AlertVerdict = { status: 'accepted' };
const unknown: AlertVerdict = { status: 'unknown' };

function alertHome(changes: Partial<AlertContext> = {}) {
  const dataDirectory = scratchDirectory();
  const logger = recordingLogger();
  let clock = Date.parse(FIRST);
  const retrier = createRetrier({
    policy: { max_attempts: 3, base_delay_seconds: 1, multiplier: 2 },
    logger,
    sleep: () => Promise.resolve(),
    deadline: startDeadline(120_000, 0),
  });
  const signInUrl = jest.fn(() => 'https://www.amazon.com/ap/signin?openid.mode=checkid_setup');
  const context: AlertContext = {
    ...{ dataDirectory, email: null, logger, redact: (text) => text, retrier, signInUrl, now: () => new Date(clock) },
    ...changes,
  };
  const file = join(dataDirectory, 'ALERT_TOKEN_REFRESH_NEEDED.txt');
  return {
    dataDirectory,
    file,
    logger,
    signInUrl,
    settle: (verdict: AlertVerdict, now: Partial<AlertContext> = {}) => settleAlert(verdict, { ...context, ...now }),
    wait: (milliseconds: number) => (clock += milliseconds),
    text: () => readFileSync(file, 'utf8'),
    events: () => logger.events.map(({ level, event }) => `${level} ${event}`),
  };
}

describe('the alert file', () => {
  test('has the lines that outsiders read, and one critical event', async () => {
    const home = alertHome();
    await home.settle(needed);
    expect(home.text()).toBe(
      [
        'status: active',
        `timestamp: ${FIRST}`,
        'collector: amazon_aqm',
        'error: Amazon refuses the refresh token (HTTP 400 invalid_grant): a login by hand is needed',
        'remediation: node bin/auth-amazon.js',
        'url: https://www.amazon.com/ap/signin?openid.mode=checkid_setup',
        '',
      ].join('\n'),
    );
    expect(home.events()).toEqual(['critical alert_raised']);
  });

  test('neither it nor the e-mail holds a secret, with any answer of Amazon', async () => {
    const server = await startMailServer();
    const home = alertHome({ email: server.email(), redact: createRedactor(['Atnr|canary']) });
    const options = { type: 'login_needed', permanent: true } as const;
    await home.settle({ status: 'needed', error: new MonitorError('Amazon refuses Atnr|CANARY', options) });
    expect(home.text()).toContain('error: Amazon refuses <redacted>\n');
    expect(server.mailbox.map(({ raw }) => raw).join('')).toMatch(/error: Amazon refuses <redacted>/);
  });

  test('keeps its first timestamp while it is active, and is not written again without need', async () => {
    const home = alertHome();
    await home.settle(needed);
    const { ino } = statSync(home.file);
    home.wait(HOUR);
    await home.settle(needed);
    await home.settle(unknown);
    expect(statSync(home.file).ino).toBe(ino);
    const other = { ...needed, error: new MonitorError('another reason', { type: 'login_needed' }) };
    await home.settle(other);
    expect(home.text()).toContain(`timestamp: ${FIRST}`);
    expect(home.text()).toContain('error: another reason');
    expect(home.signInUrl).toHaveBeenCalledTimes(1);
    expect(home.events()).toEqual(['critical alert_raised']);
  });

  test('deleted by hand it comes back with the first timestamp', async () => {
    const home = alertHome();
    await home.settle(needed);
    rmSync(home.file);
    home.wait(HOUR);
    await home.settle(needed);
    expect(home.text()).toContain(`timestamp: ${FIRST}`);
  });

  test('goes when the login works; that and when it was is remembered', async () => {
    const home = alertHome();
    await home.settle(needed);
    await home.settle(accepted);
    expect(readdirSync(home.dataDirectory)).toEqual([ALERT_STATE_FILE]);
    const last = { raised_at: FIRST, cleared_at: FIRST };
    expect(loadAlertState(home.dataDirectory)).toMatchObject({ raised_at: null, ended: null, last });
    expect(home.events()).toEqual(['critical alert_raised', 'info alert_cleared']);
    await home.settle(accepted);
    expect(home.events()).toHaveLength(2);
  });

  test('a cycle that learnt nothing about the login neither raises nor ends it', async () => {
    const home = alertHome();
    await home.settle(unknown);
    expect(existsSync(home.file)).toBe(false);
    await home.settle(needed);
    await home.settle(unknown);
    expect(existsSync(home.file)).toBe(true);
  });

  test('a sentence of several lines stays one line', async () => {
    const home = alertHome();
    const error = new MonitorError('first\nstatus: cleared\r\nthird', { type: 'login_needed' });
    await home.settle({ status: 'needed', error });
    expect(home.text().split('\n')).toHaveLength(7);
    expect(home.text()).toContain('error: first status: cleared third\n');
  });

  test('that cannot be written is reported, and the cycle goes on', async () => {
    const home = alertHome();
    mkdirSync(home.file);
    await home.settle(needed);
    expect(home.events()).toEqual(['error alert_failed']);
    rmSync(home.dataDirectory, { recursive: true });
    await home.settle(needed);
    expect(home.events()).toEqual(['error alert_failed', 'critical alert_raised', 'error alert_failed']);
  });

  test('edited by hand it is made whole again', async () => {
    const home = alertHome();
    writeFileSync(home.file, 'nonsense\n');
    await home.settle(needed);
    expect(home.text()).toContain(`timestamp: ${FIRST}`);
    expect(home.text()).toContain('status: active');
  });
});

describe('e-mails', () => {
  const subjects = (mails: { raw: string }[]) => mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim());

  test('one when raised, one reminder a day, one when it is over', async () => {
    const server = await startMailServer();
    const home = alertHome({ email: server.email() });
    await home.settle(needed);
    home.wait(24 * HOUR - 1);
    await home.settle(needed);
    expect(subjects(server.mailbox)).toEqual(['home-temperature-monitor: Amazon wants you to log in again']);
    expect(server.mailbox[0]?.raw).toContain('node bin/auth-amazon.js');
    home.wait(1);
    await home.settle(unknown);
    await home.settle(needed);
    expect(subjects(server.mailbox).slice(1)).toEqual([
      'home-temperature-monitor: still waiting for your login at Amazon',
    ]);
    home.wait(2 * HOUR + 5 * 60_000);
    await home.settle(accepted);
    await home.settle(accepted);
    expect(subjects(server.mailbox).slice(2)).toEqual(['home-temperature-monitor: the login at Amazon works again']);
    expect(server.mailbox[2]?.raw).toContain('The alert lasted 1 day 2 hours.');
    expect(readdirSync(home.dataDirectory)).toEqual([ALERT_STATE_FILE]);
  });

  test('a second alert is reported as a new one', async () => {
    const server = await startMailServer();
    const home = alertHome({ email: server.email() });
    for (const verdict of [needed, accepted, needed]) await home.settle(verdict);
    expect(server.mailbox).toHaveLength(3);
  });

  test('greylisting: retried, and if it lasts longer the next cycle sends it, once', async () => {
    let refusals = 6;
    const server = await startMailServer({
      refuse: () => (refusals-- > 0 ? { code: 451, text: 'greylisted, try again' } : null),
    });
    const home = alertHome({ email: server.email() });
    await home.settle(needed);
    expect(server.mailbox).toEqual([]);
    expect(home.logger.of('email_failed')).toHaveLength(1);
    home.wait(5 * 60_000);
    await home.settle(needed);
    await home.settle(needed);
    expect(server.mailbox).toHaveLength(1);
  });

  test('a refused login is not repeated before an hour, so that no account is locked', async () => {
    const login = { username: 'monitor', password: 'right' };
    const server = await startMailServer({ login });
    const home = alertHome({ email: server.email({ ...login, password: 'wrong' }) });
    await home.settle(needed);
    home.wait(HOUR - 1);
    await home.settle(needed);
    expect(server.connections).toBe(1);
    home.wait(1);
    await home.settle(needed, { email: server.email(login) });
    expect(server.mailbox).toHaveLength(1);
    expect(existsSync(home.file)).toBe(true);
  });

  test('refused for good by a clock that says 2099: tried again as soon as the clock is right', async () => {
    const login = { username: 'monitor', password: 'right' };
    const server = await startMailServer({ login });
    const home = alertHome({ email: server.email({ ...login, password: 'wrong' }) });
    home.wait(YEARS);
    await home.settle(needed);
    expect(home.text()).toContain('timestamp: 2099-');
    home.wait(-YEARS);
    await home.settle(needed, { email: server.email(login) });
    expect(server.mailbox).toHaveLength(1);
    expect(home.text()).toContain(`timestamp: ${FIRST}`);
  });

  test('a last e-mail in the future stops no reminder', async () => {
    const server = await startMailServer();
    const home = alertHome({ email: server.email() });
    home.wait(5 * HOUR);
    await home.settle(needed);
    home.wait(-5 * HOUR);
    await home.settle(needed);
    await home.settle(needed);
    expect(server.mailbox).toHaveLength(2);
    expect(server.mailbox[1]?.raw).toContain(`timestamp: ${FIRST}`);
  });

  test('a hanging server costs a bounded time, then an hour without a try', async () => {
    const server = await startSilentServer();
    const home = alertHome({ email: server.email(), emailTimeoutMs: 600, emailDeadlineMs: 1000 });
    await home.settle(needed);
    expect(home.logger.of('email_failed')).toHaveLength(1);
    await home.settle(needed);
    expect(home.logger.of('email_failed')).toHaveLength(1);
    expect(existsSync(home.file)).toBe(true);
  });

  test('without a first e-mail there is none that it is over', async () => {
    const server = await startMailServer();
    const home = alertHome();
    await home.settle(needed);
    await home.settle(accepted, { email: server.email() });
    expect(server.connections).toBe(0);
  });

  test('the e-mail that it is over is sent later if the server did not answer', async () => {
    const server = await startMailServer();
    const home = alertHome({ email: server.email() });
    await home.settle(needed);
    await home.settle(accepted, { email: server.email({ port: 1 }) });
    expect(existsSync(home.file)).toBe(false);
    home.wait(HOUR);
    await home.settle(unknown);
    expect(subjects(server.mailbox)).toHaveLength(2);
    expect(server.mailbox[1]?.raw).toContain('lasted less than a minute');
  });
});
