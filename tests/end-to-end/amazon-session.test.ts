/** The Amazon login over many cycles, with the real command over TLS, as cron runs it. Single cases are in unit/sources/aqm/session. */
import { chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fault, type Fault } from '../../lib/simulator/faults';
import type { SessionState } from '../../lib/sources/aqm/session-state';
import { openAmazonHome, type AmazonHome } from '../support/amazon-home';
import { DISCOVERY, REFRESH, STATE } from '../support/constants';
import { isRoot, NOBODY } from '../support/as-user';

let home: AmazonHome;
beforeEach(async () => {
  home = await openAmazonHome();
});

const cycle = () => home.cycle();
const changeSession = (change: (state: SessionState) => void) => home.changeSession(change);
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

describe('a healthy login', () => {
  it('is made with the refresh token, kept, and costs one request a cycle', async () => {
    const first = await cycle();
    expect(first).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(first.asked).toEqual([...REFRESH, DISCOVERY, STATE]);
    const second = await cycle();
    expect(second).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(second.asked).toEqual([STATE]);
    expect(second.row).toMatchObject({ collector: 'amazon_aqm', outcome: 'ok', requests: 1, endpoint: 'state' });
    expect(second.row).toMatchObject({ readings_stored: 2, devices_seen: 2, devices_skipped: '{}' });
  });

  it('is refused to a cloud whose certificate does not verify', async () => {
    const { exitCode } = await home.run('collect-aqm');
    const [row] = await home.query('SELECT * FROM cycles');
    expect(exitCode).toBe(1);
    expect(row).toMatchObject({ error_type: 'tls' });
    expect(home.cloud.requests).toEqual([]);
  });
});

describe('dead cookies', () => {
  it('one refresh, and the cycle succeeds', async () => {
    await cycle();
    home.cloud.account.expireCookies();
    const { exitCode, stderr, asked, row } = await cycle();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(asked).toEqual([STATE, ...REFRESH, STATE]);
    expect(row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
  });
});

describe('a refresh that fails for a while', () => {
  it.each<[string, Fault, string]>([
    ['429', fault.tooManyRequests(), 'rate_limited'],
    ['500', fault.status(500), 'http'],
  ])('%s: retried, exit 1, no alert', async (_name, what, type) => {
    home.cloud.faults.always('/auth/token', what);
    const { exitCode, asked, row, stderr } = await cycle();
    expect(exitCode).toBe(1);
    expect(asked).toHaveLength(4);
    expect(row).toMatchObject({ outcome: 'failed', error_type: type, retries: 3 });
    expect(stderr).toContain('collect-aqm: ');
    expect(existsSync(home.alertFile)).toBe(false);
  });
});

describe('a refresh that is refused', () => {
  it.each<[string, string, Fault]>([
    ['400 invalid_grant', '/auth/token', fault.invalidGrant()],
    ['400 InvalidToken', '/ap/exchangetoken/cookies', fault.invalidToken()],
  ])('%s: alert, exit 4; the Hue collector is untouched', async (_name, path, what) => {
    home.cloud.faults.always(path, what);
    const { exitCode, stderr, row } = await cycle();
    expect(exitCode).toBe(4);
    expect(stderr).toContain('auth-amazon');
    expect(row).toMatchObject({ outcome: 'failed', exit_code: 4, error_type: 'login_needed', retries: 0 });
    const lines = readFileSync(home.alertFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      ...['status', 'timestamp', 'collector', 'error', 'remediation', 'url'],
    ]);
    expect(lines[0]).toBe('status: active');
    expect(lines[2]).toBe('collector: amazon_aqm');
    expect(lines[4]).toContain(`bin/auth-amazon.js --config ${home.configFile}`);
    expect(home.logged('alert_raised')).toMatchObject([{ level: 'critical' }]);
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('the alert stays as it is until Amazon accepts a token, whether another one or the same', async () => {
    await cycle();
    home.cloud.account.expireCookies();
    const accept = home.cloud.faults.always('/auth/token', fault.invalidGrant());
    expect(await cycle()).toMatchObject({ exitCode: 4, asked: [STATE, 'POST /auth/token'] });
    const alert = readFileSync(home.alertFile, 'utf8');
    expect(await cycle()).toMatchObject({ exitCode: 4, asked: ['POST /auth/token'] });
    expect(readFileSync(home.alertFile, 'utf8')).toBe(alert);
    accept();
    expect(await cycle()).toMatchObject({ exitCode: 0, asked: [...REFRESH, STATE] });
    expect(existsSync(home.alertFile)).toBe(false);

    home.cloud.account.revokeRefreshToken();
    home.cloud.account.expireCookies();
    expect(await cycle()).toMatchObject({ exitCode: 4 });
    expect(existsSync(home.alertFile)).toBe(true);
    home.cloud.account.rotateRefreshToken();
    home.configure({});
    expect(await cycle()).toMatchObject({ exitCode: 0, asked: [...REFRESH, STATE, DISCOVERY] });
    expect(existsSync(home.alertFile)).toBe(false);
    expect(home.logged('alert_raised')).toHaveLength(2);
    expect(home.logged('alert_cleared')).toHaveLength(2);
  });

  it('an empty token is a login that is needed; one of wrong form is a faulty file', async () => {
    home.configure({}, { amazon: { refresh_token: '' } });
    expect(await cycle()).toMatchObject({ exitCode: 4, asked: [] });
    expect(existsSync(home.alertFile)).toBe(true);
    home.configure({}, { amazon: { refresh_token: 'canary-of-wrong-form' } });
    const { exitCode, stderr } = await cycle();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('refresh_token');
    expect(stderr).not.toContain('canary');
  });

  it('in a dry run it raises no alert', async () => {
    home.cloud.account.revokeRefreshToken();
    const result = await home.ask('collect-aqm', ['--dry-run']);
    expect(result.exitCode).toBe(4);
    expect(existsSync(home.alertFile)).toBe(false);
  });
});

describe('fresh cookies that are refused at once', () => {
  it('session_rejected, exit 1; the alert at the third cycle in a row', async () => {
    home.cloud.account.refuseFreshCookies = true;
    for (const hasAlert of [false, false, true, true]) {
      const { exitCode, row } = await cycle();
      expect(exitCode).toBe(1);
      expect(row).toMatchObject({ error_type: 'session_rejected' });
      expect(existsSync(home.alertFile)).toBe(hasAlert);
    }
    home.cloud.account.refuseFreshCookies = false;
    expect(await cycle()).toMatchObject({ exitCode: 0 });
    expect(existsSync(home.alertFile)).toBe(false);
  });
});

describe('a rate limit', () => {
  it('is retried, then waited out without a request, longer each time', async () => {
    await cycle();
    home.cloud.faults.always(STATE, fault.tooManyRequests());
    const minutes: number[] = [];
    for (let round = 0; round < 3; round++) {
      const limited = await cycle();
      expect(limited).toMatchObject({ exitCode: 1 });
      expect(limited.asked).toHaveLength(4);
      expect(limited.row).toMatchObject({ error_type: 'rate_limited' });
      const quiet = await cycle();
      expect(quiet).toMatchObject({ exitCode: 1, asked: [] });
      expect(quiet.row).toMatchObject({ error_type: 'rate_limited', requests: 0 });
      changeSession(({ rate_limit: limit }) => {
        minutes.push((Date.parse(limit?.not_before ?? '') - Date.parse(limit?.at ?? '')) / 60_000);
        Object.assign(limit ?? {}, { not_before: ago(1) });
      });
    }
    expect(minutes).toEqual([6, 12, 24]);
    expect(existsSync(home.alertFile)).toBe(false);
    home.cloud.faults.clear();
    expect(await cycle()).toMatchObject({ exitCode: 0 });
  });
});

describe('a session file that cannot be used', () => {
  it.each<[string, (text: string) => string]>([
    ['cut', (text) => text.slice(0, 200)],
    ['from a newer version', (text) => text.replace(/"version": ?1/, '"version": 9')],
  ])('%s: one warning, fresh cookies, exit 0; the refresh token stays', async (_name, spoil) => {
    await cycle();
    const path = join(home.dataDirectory, 'amazon-session.json');
    const secrets = readFileSync(home.secretsFile);
    writeFileSync(path, spoil(readFileSync(path, 'utf8')));
    expect(await cycle()).toMatchObject({ exitCode: 0, stderr: '', asked: [...REFRESH, DISCOVERY, STATE] });
    expect(home.logged('session_discarded')).toMatchObject([{ level: 'warning' }]);
    expect(readFileSync(home.secretsFile)).toEqual(secrets);
    expect(await cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
  });

  (isRoot ? it : it.skip)("another user's (needs root): not trusted, replaced by our own", async () => {
    await cycle();
    const path = join(home.dataDirectory, 'amazon-session.json');
    chownSync(path, NOBODY, NOBODY);
    expect(await cycle()).toMatchObject({ exitCode: 0, stderr: '', asked: [...REFRESH, DISCOVERY, STATE] });
    expect(home.logged('session_discarded')).toMatchObject([
      { message: expect.stringContaining(`another user (uid ${NOBODY})`) as string },
    ]);
    expect(await cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
    expect(statSync(path).uid).toBe(0);
  });

  it('of another marketplace: its cookies are not sent; the monitors are found where they are, which is said once', async () => {
    await cycle();
    home.configure({ amazon_aqm: { marketplace: 'https://www.Amazon.de ' } });
    const { exitCode, stderr, row, asked } = await cycle();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lookElsewhere = [...REFRESH, DISCOVERY, DISCOVERY, 'GET /api/welcome', ...REFRESH, DISCOVERY];
    expect(asked).toEqual([...lookElsewhere, STATE]);
    expect(row).toMatchObject({ outcome: 'ok', readings_stored: 2 });
    expect(await cycle()).toMatchObject({ exitCode: 0, asked: [STATE] });
    expect(home.logged('marketplace_changed')).toMatchObject([{ level: 'warning', marketplace: 'amazon.com' }]);
  });
});
