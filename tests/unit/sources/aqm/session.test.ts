/**
 * The login over many cycles: renewed before it dies, obtained again when it has died; no request while Amazon wants
 * none.
 */
import { stateFolder } from '../../../../lib/files/state-folder';
import { fault } from '../../../../lib/simulator/faults';
import { SESSION_FILE } from '../../../../lib/sources/aqm/state-files';
import { startAqmHome } from '../../../support/aqm-home';
import { DAY, DISCOVERY, HOUR, MINUTE, REFRESH, STATE } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

describe('dead cookies', () => {
  test.each([401, 403] as const)('%d on the state request: one refresh, and the cycle goes on', async (status) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.account.deadCookieStatus = status;
    home.cloud.account.expireCookies();
    const { failure, asked, report, login } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toEqual([STATE, ...REFRESH, STATE]);
    expect(report?.readings).toHaveLength(2);
    expect(login.status).toBe('accepted');
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('a refresh writes the session once, and a cycle that learns nothing does not write it', async () => {
    const folder = scratchDirectory();
    const home = await startAqmHome(folder);
    const written: string[] = [];
    const real = stateFolder(folder);
    const write = (name: string, text: string) => {
      written.push(name);
      real.write(name, text);
    };
    const state = { path: folder, write };
    await home.cycle();
    home.cloud.account.expireCookies();
    expect((await home.cycle({ state })).asked).toEqual([STATE, ...REFRESH, STATE]);
    expect(written.filter((name) => name === SESSION_FILE)).toHaveLength(1);
    await home.cycle({ state });
    expect(written.filter((name) => name === SESSION_FILE)).toHaveLength(1);
  });

  test('a redirect to the sign-in page: the same', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    const location = 'https://www.amazon.de/ap/signin?openid.return_to=https%3A%2F%2Falexa.amazon.de%2F';
    home.cloud.faults.next(STATE, fault.redirect(location));
    expect(await home.cycle()).toMatchObject({ failure: null, asked: [STATE, ...REFRESH, STATE] });
    home.cloud.faults.next(STATE, fault.redirect('/ap/signin?relative=1'));
    home.cloud.account.revokeRefreshToken();
    const { failure, login } = await home.cycle({ refreshToken: 'Atnr|refused-from-now-on' });
    expect(failure).toMatchObject({ type: 'login_needed' });
    expect(login.status).toBe('needed');
  });

  test('FORBIDDEN from GraphQL: the same', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.account.expireCookies();
    home.changeSession((state) => (state.discovery = null));
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toEqual([DISCOVERY, ...REFRESH, DISCOVERY, STATE]);
  });

  test('mid-cycle, between the device list and the state: the list is not asked for again', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.changeSession((state) => (state.discovery = null));
    home.cloud.account.expireCookiesAfter(1);
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toEqual([DISCOVERY, STATE, ...REFRESH, STATE]);
  });

  test('mid-cycle, between the state and the device list: what was read stays read', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.changeSession(({ discovery }) => Object.assign(discovery ?? {}, { found_at: new Date(0).toISOString() }));
    home.cloud.account.expireCookiesAfter(1);
    const { failure, asked, report } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked).toEqual([STATE, DISCOVERY]);
    expect(report?.readings).toHaveLength(2);
    home.wait(10 * MINUTE);
    expect((await home.cycle()).asked).toEqual([STATE, ...REFRESH, STATE, DISCOVERY]);
  });

  test('past their Expires they are not even tried', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.wait(DAY);
    expect((await home.cycle()).asked).toEqual([...REFRESH, STATE, DISCOVERY]);
  });

  test('further pages are asked for the csrf cookie', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.state.csrfPath = '/api/strings';
    const { failure, asked } = await home.cycle();
    expect(failure).toBeNull();
    expect(asked.filter((request) => request.startsWith('GET '))).toEqual([
      'GET /api/language',
      'GET /spa/index.html',
      'GET /api/devices-v2/device',
      'GET /templates/oobe/d-device-pick.handlebars',
      'GET /api/strings',
    ]);
  });

  test.each([
    ['redirects', fault.redirect('/spa/index.html')],
    ['is broken', fault.status(500)],
  ])('a page that %s does not keep it from the next one', async (_name, what) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.state.csrfPath = '/spa/index.html';
    home.cloud.faults.always('/api/language', what);
    const { failure, report } = await home.cycle();
    expect(failure).toBeNull();
    expect(report?.readings).toHaveLength(2);
  });

  test('none gives it, and the session is refused without: that is said, and no login is asked for', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.state.csrfPath = '/nowhere';
    home.cloud.account.deadCookieStatus = 403;
    for (let cycle = 0; cycle < 4; cycle++) {
      const { failure, login } = await home.cycle();
      expect(failure).toMatchObject({ type: 'invalid_response' });
      expect(failure?.message).toContain('csrf');
      expect(failure?.remediation).not.toContain('auth-amazon');
      expect(login.status).not.toBe('needed');
    }
    home.cloud.state.csrfPath = '/api/language';
    expect((await home.cycle()).failure).toBeNull();
  });

  test('a server that fails at all of them is not a reason to ask for a login', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.state.csrfPath = '/nowhere';
    home.cloud.faults.always(/^GET /, fault.status(503));
    for (let cycle = 0; cycle < 4; cycle++) expect((await home.cycle()).failure).toMatchObject({ type: 'http' });
  });
});

describe('early renewal', () => {
  test('on the last quarter of the 24 hours that cookies live, when the reading is safe', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.wait(18 * HOUR - MINUTE);
    expect((await home.cycle()).asked).toEqual([STATE]);
    home.wait(2 * MINUTE);
    expect(await home.cycle()).toMatchObject({ failure: null, asked: [STATE, ...REFRESH] });
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('after four days, if they live for longer', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.changeSession((state) => {
      if (state.cookies === null) return;
      state.cookies.obtained_at = new Date(home.now().getTime() - 4 * DAY - 1).toISOString();
      for (const cookie of state.cookies.jar) cookie.expires = new Date(home.now().getTime() + 90 * DAY).toISOString();
    });
    expect((await home.cycle()).asked).toEqual([STATE, ...REFRESH]);
  });

  test.each([
    ['a server error', fault.status(500)],
    ['a refusal', fault.invalidGrant()],
  ])('%s is a warning, tried again after an hour', async (_name, what) => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.wait(19 * HOUR);
    home.cloud.faults.always('/auth/token', what);
    const { failure, report, login } = await home.cycle();
    expect(failure).toBeNull();
    expect(report?.readings).toHaveLength(2);
    expect(login.status).toBe('accepted');
    expect(home.logged('renewal_failed')).toHaveLength(1);
    expect(home.logged('renewal_failed')[0]?.level).toBe('warning');
    home.wait(HOUR - 1);
    expect((await home.cycle()).asked).toEqual([STATE]);
    home.wait(1);
    home.cloud.faults.clear();
    expect((await home.cycle()).asked).toEqual([STATE, ...REFRESH]);
  });
});

describe('a refresh that does not succeed', () => {
  test.each([
    ['429', fault.tooManyRequests(), 'rate_limited'],
    ['500', fault.status(500), 'http'],
    ['503', fault.status(503), 'http'],
    ['a reset connection', fault.reset(), 'network'],
    ['an empty body', fault.empty(), 'invalid_response'],
    ['a cut body', fault.cut(), 'network'],
    ['"Rate exceeded" with 200', fault.throttled(), 'rate_limited'],
    ['ThrottlingException with 400', fault.throttled('ThrottlingException', 400), 'rate_limited'],
    ['ThrottlingException with 503', fault.throttled('ThrottlingException', 503), 'http'],
    ['403 with a web page, which a firewall sends', fault.html(403), 'http'],
    ['401 with a web page', fault.html(401), 'http'],
    ['a web page', fault.html(), 'invalid_response'],
    ['404', fault.status(404), 'http'],
  ])('%s: retried, exit 1, no login needed', async (_name, what, type) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('/auth/token', what);
    const { failure, login, asked } = await home.cycle();
    expect(failure?.type).toBe(type);
    expect(asked).toHaveLength(4);
    expect(login.status).toBe('unknown');
  });

  test.each([
    ['invalid_grant', '/auth/token', fault.invalidGrant()],
    ['InvalidToken', '/auth/token', fault.invalidToken()],
    ['401', '/auth/token', fault.status(401)],
    ['403', '/auth/token', fault.json({ error: 'access_denied' }, 403)],
    ['200 without a token', '/auth/token', fault.json({})],
    ['InvalidToken', '/ap/exchangetoken/cookies', fault.invalidToken()],
    ['200 without cookies', '/ap/exchangetoken/cookies', fault.json({ response: { tokens: { cookies: {} } } })],
  ])('%s from %s: a login by hand is needed, after one try', async (_name, path, what) => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always(path, what);
    const { failure, login, retries } = await home.cycle();
    expect(failure).toMatchObject({ type: 'login_needed', permanent: true });
    expect(failure?.remediation).toContain('auth-amazon');
    expect(login).toMatchObject({ status: 'needed', error: failure });
    expect(retries).toBe(0);
  });

  test('refused: one request a cycle asks again, so that a token Amazon accepts again ends it by itself', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.account.expireCookies();
    const accept = home.cloud.faults.always('/auth/token', fault.invalidGrant());
    expect((await home.cycle()).asked).toEqual([STATE, 'POST /auth/token']);
    const again = await home.cycle();
    expect(again.asked).toEqual(['POST /auth/token']);
    expect(again.failure?.type).toBe('login_needed');
    expect(again.login.status).toBe('needed');
    accept();
    const recovered = await home.cycle();
    expect(recovered.failure).toBeNull();
    expect(recovered.login.status).toBe('accepted');
  });

  test('no refresh token at all: a login is needed, nothing is sent', async () => {
    const home = await startAqmHome(scratchDirectory());
    const { failure, asked, login } = await home.cycle({ refreshToken: null });
    expect(failure?.type).toBe('login_needed');
    expect(login.status).toBe('needed');
    expect(asked).toEqual([]);
  });

  test('cookies of another marketplace only: an error that names both', async () => {
    const home = await startAqmHome(scratchDirectory());
    const cookies = { '.amazon.de': [{ Name: 'session-id', Value: '000-0000000-0000000' }] };
    home.cloud.faults.always('/ap/exchangetoken/cookies', fault.json({ response: { tokens: { cookies } } }));
    const { failure } = await home.cycle();
    expect(failure?.type).toBe('no_monitor');
    expect(failure?.message).toContain('.amazon.de');
    expect(failure?.remediation).toContain('amazon.de');
  });
});

describe('fresh cookies that are refused at once', () => {
  test('session_rejected; a matter for a person from the third cycle in a row on', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.account.refuseFreshCookies = true;
    for (const expected of ['unknown', 'unknown', 'needed', 'needed']) {
      const { failure, login } = await home.cycle();
      expect(failure?.type).toBe('session_rejected');
      expect(login.status).toBe(expected);
      home.wait(5 * MINUTE);
    }
    home.cloud.account.refuseFreshCookies = false;
    expect((await home.cycle()).login.status).toBe('accepted');
    expect(home.session()).toMatchObject({ rejections: 0 });
  });

  test('also if all of Amazon leads to the sign-in page: that is no missing csrf value', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always(/ \/api\/| \/nexus\/| \/spa\//, fault.redirect('/ap/signin?x=1'));
    expect((await home.cycle()).failure).toMatchObject({ type: 'session_rejected' });
  });
});

test('rejected cycles with another failure between them are not in a row', async () => {
  const home = await startAqmHome(scratchDirectory());
  home.cloud.account.refuseFreshCookies = true;
  await home.cycle();
  await home.cycle();
  home.cloud.faults.next('/auth/token', fault.status(500), 4);
  expect((await home.cycle()).failure?.type).toBe('http');
  for (const expected of ['unknown', 'unknown', 'needed']) expect((await home.cycle()).login.status).toBe(expected);
});

test('cookies from the future are renewed: their age is unknown', async () => {
  const home = await startAqmHome(scratchDirectory());
  home.wait(365 * DAY);
  await home.cycle();
  home.wait(-365 * DAY);
  expect((await home.cycle()).asked).toContain('POST /auth/token');
  expect((await home.cycle()).asked).toEqual([STATE]);
});

describe('a rate limit', () => {
  test('is retried, then waited out: 6 minutes, doubled up to an hour; one good cycle ends it', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, fault.tooManyRequests());
    for (const minutes of [6, 12, 24, 48, 60, 60]) {
      const limited = await home.cycle();
      expect(limited.asked).toHaveLength(4);
      expect(limited.failure?.type).toBe('rate_limited');
      home.wait(minutes * MINUTE - 1);
      const quiet = await home.cycle();
      expect(quiet.asked).toEqual([]);
      expect(quiet.failure?.type).toBe('rate_limited');
      expect(quiet.login.status).toBe('unknown');
      home.wait(1);
    }
    home.cloud.faults.clear();
    expect((await home.cycle()).failure).toBeNull();
    expect(home.session().rate_limit).toBeNull();
  });

  test('is never shorter than Retry-After', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, fault.status(429, { retryAfter: 7200 }));
    // It is longer than all waits between the tries: none of them could succeed.
    expect((await home.cycle()).asked).toEqual([STATE]);
    home.wait(2 * HOUR - 1);
    expect((await home.cycle()).asked).toEqual([]);
    home.wait(1);
    expect((await home.cycle()).asked).toEqual([STATE]);
  });

  test('is believed for a day at most: a Retry-After of 30 years does not silence the collector', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.faults.always(STATE, fault.status(429, { retryAfter: 999_999_999 }));
    await home.cycle();
    home.wait(DAY - 1);
    expect((await home.cycle()).asked).toEqual([]);
    home.wait(1);
    expect((await home.cycle()).asked).not.toEqual([]);
  });

  test('ThrottlingException inside a GraphQL answer counts as one', async () => {
    const home = await startAqmHome(scratchDirectory());
    const errors = [{ message: 'ThrottlingException', extensions: { errorCode: 'THROTTLED' } }];
    home.cloud.faults.always('/graphql', fault.json({ errors, data: { endpoints: null } }));
    expect((await home.cycle()).failure?.type).toBe('rate_limited');
  });

  test('a changed token lifts it', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.cloud.faults.always('*', fault.tooManyRequests());
    await home.cycle();
    home.cloud.faults.clear();
    expect((await home.cycle()).asked).toEqual([]);
    expect((await home.cycle({ refreshToken: home.cloud.account.rotateRefreshToken() })).failure).toBeNull();
  });

  test('a clock set back does not silence the collector', async () => {
    const home = await startAqmHome(scratchDirectory());
    home.wait(365 * DAY);
    home.cloud.faults.always('*', fault.tooManyRequests());
    await home.cycle();
    home.cloud.faults.clear();
    home.wait(-365 * DAY);
    expect((await home.cycle()).failure).toBeNull();
  });
});

describe('two processes', () => {
  test('that find the cookies dead at once: one refresh, both go on', async () => {
    const home = await startAqmHome(scratchDirectory());
    await home.cycle();
    home.cloud.account.expireCookies();
    const before = home.cloud.requests.length;
    let holder: Promise<void> = Promise.resolve();
    const lock = async () => {
      const earlier = holder;
      let release = () => {};
      holder = new Promise((resolve) => (release = resolve));
      await earlier;
      return {
        release: () => {
          release();
          return Promise.resolve();
        },
      };
    };
    const reports = await Promise.all([home.source({ lock }).read(), home.source({ lock }).read()]);
    expect(reports.map((devices) => devices.filter((device) => !('skip' in device)).length)).toEqual([2, 2]);
    const asked = home.cloud.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path === '/auth/token')).toHaveLength(1);
  });

  test('a lock that is never released fails the cycle, and can be tried again', async () => {
    const home = await startAqmHome(scratchDirectory());
    const { failure } = await home.cycle({ lock: () => Promise.resolve(null) });
    expect(failure).toMatchObject({ type: 'timeout', permanent: false });
  });
});
