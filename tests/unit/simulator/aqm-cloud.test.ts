/**
 * What the source's own tests (unit/sources/aqm) do not show of the simulated cloud: which requests it accepts, and
 * which not.
 */
import { createHash } from 'node:crypto';
import { startAqmCloud, type AqmCloud, type AqmCloudOptions } from '../../../lib/simulator/aqm-cloud';
import { fault } from '../../../lib/simulator/faults';

let cloud: AqmCloud;
let now: number;
beforeEach(() => {
  now = Date.UTC(2025, 10, 20, 12);
});
afterEach(() => cloud.close());

async function start(options: AqmCloudOptions = {}): Promise<void> {
  cloud = await startAqmCloud({ values: 'fixed', now: () => now, ...options });
}

const postForm = (url: string, form: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(form) });

const refresh = (token = cloud.account.refreshToken) =>
  postForm(`${cloud.baseUrls.api}/auth/token`, {
    source_token: token,
    source_token_type: 'refresh_token',
    requested_token_type: 'access_token',
  });

const exchange = (marketplace = 'amazon.com', token = cloud.account.refreshToken) =>
  postForm(`${cloud.baseUrls.www}/ap/exchangetoken/cookies`, {
    source_token: token,
    domain: `.${marketplace}`,
    requested_token_type: 'auth_cookies',
  });

interface Cookie {
  Name: string;
  Value: string;
  Expires: string;
}
interface Session {
  cookie: string;
  csrf: string;
}

async function logIn(marketplace = 'amazon.com'): Promise<Session> {
  const answer = (await (await exchange(marketplace)).json()) as {
    response: { tokens: { cookies: Record<string, Cookie[]> } };
  };
  const list = answer.response.tokens.cookies[`.${marketplace}`] ?? [];
  const cookie = list.map(({ Name, Value }) => `${Name}=${Value.replace(/^"(.*)"$/, '$1')}`).join('; ');
  const language = await fetch(`${cloud.baseUrls.alexa}/api/language`, { headers: { cookie } });
  return { cookie, csrf: /csrf=([^;]+)/.exec(language.headers.get('set-cookie') ?? '')?.[1] ?? '' };
}

interface Discovery {
  data: { endpoints: { items: { legacyAppliance: Record<string, unknown> }[] } | null };
  errors?: unknown;
}
const discover = async (session: Partial<Session>) => {
  const response = await fetch(`${cloud.baseUrls.alexa}/nexus/v1/graphql`, {
    method: 'POST',
    headers: { ...session },
    body: JSON.stringify({
      query: 'query CustomerSmartHome { endpoints { items { legacyAppliance { entityId friendlyName } } } }',
    }),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Discovery;
};

const askState = (session: Partial<Session>, entityType = 'ENTITY', id?: string) =>
  fetch(`${cloud.baseUrls.alexa}/api/phoenix/state`, {
    method: 'POST',
    headers: { ...session },
    body: JSON.stringify({
      stateRequests: cloud.state.monitors.map(({ entityId }) => ({ entityId: id ?? entityId, entityType })),
    }),
  });

interface States {
  deviceStates: { entity: unknown; capabilityStates: string[]; error: null }[];
  errors: { code: string }[];
}
const readState = async (...args: Parameters<typeof askState>) => (await (await askState(...args)).json()) as States;

describe('login', () => {
  const verifier = 'a-code-verifier-of-the-test-0123456789-abcdef';
  const clientId = `${Buffer.from('0123456789ABCDEF0123456789ABCDEF').toString('hex')}23413249564c5635564d32573831`;

  const signInUrl = (over: Record<string, string> = {}) =>
    `https://www.amazon.com/ap/signin?${new URLSearchParams({
      'openid.return_to': 'https://www.amazon.com/ap/maplanding',
      'openid.assoc_handle': 'amzn_dp_project_dee_ios',
      'openid.oa2.client_id': `device:${clientId}`,
      'openid.oa2.response_type': 'code',
      'openid.oa2.scope': 'device_auth_access',
      'openid.ns.oa2': 'http://www.amazon.com/ap/ext/oauth/2',
      'openid.oa2.code_challenge_method': 'S256',
      'openid.oa2.code_challenge': createHash('sha256').update(verifier).digest('base64url'),
      ...over,
    }).toString()}`;

  const codeOf = (landing: string) => new URL(landing).searchParams.get('openid.oa2.authorization_code') ?? '';

  const register = (code: string, codeVerifier = verifier) =>
    fetch(`${cloud.baseUrls.api}/auth/register`, {
      method: 'POST',
      body: JSON.stringify({
        auth_data: {
          client_id: clientId,
          authorization_code: code,
          code_verifier: codeVerifier,
          code_algorithm: 'SHA-256',
          client_domain: 'DeviceLegacy',
        },
        registration_data: { domain: 'Device' },
      }),
    });
  const errorMessage = async (response: Response) => [
    response.status,
    ((await response.json()) as { response: { error: { message: string } } }).response.error.message,
  ];

  test('the sign-in page leads to the landing page with a code, which registers once', async () => {
    await start();
    const former = cloud.account.refreshToken;
    const landing = cloud.signIn(signInUrl());
    expect(landing).toMatch(/^https:\/\/www\.amazon\.com\/ap\/maplanding\?/);
    const response = await register(codeOf(landing));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      response: { success: { tokens: { bearer: { refresh_token: cloud.account.refreshToken } } } },
    });
    expect(cloud.account.refreshToken).not.toBe(former);
    expect(await errorMessage(await register(codeOf(landing)))).toEqual([400, 'One or more tokens are invalid.']);
  });

  test('a browser goes the same way', async () => {
    await start();
    const page = signInUrl().replace('https://www.amazon.com', cloud.baseUrls.www);
    expect(await (await fetch(page)).text()).toContain('<form method="post">');
    const response = await fetch(page, { method: 'POST', redirect: 'manual' });
    expect(response.status).toBe(302);
    expect((await register(codeOf(response.headers.get('location') ?? ''))).status).toBe(200);
  });

  test('a code expires', async () => {
    await start();
    const code = codeOf(cloud.signIn(signInUrl()));
    now += 5 * 60_000 + 1;
    expect(await errorMessage(await register(code))).toEqual([400, 'Auth time of the token is expired.']);
  });

  test('a wrong verifier uses the code up', async () => {
    await start();
    const code = codeOf(cloud.signIn(signInUrl()));
    expect((await register(code, 'another')).status).toBe(400);
    expect((await register(code)).status).toBe(400);
  });

  test.each([
    ['openid.oa2.client_id', 'device:abc'],
    ['openid.assoc_handle', 'amzn_dp_project_dee_ios_uk'],
    ['openid.ns.oa2', 'http://www.amazon.de/ap/ext/oauth/2'],
    ['openid.oa2.code_challenge_method', 'plain'],
    ['openid.oa2.scope', 'everything'],
    ['openid.oa2.response_type', 'token'],
  ])('no page for %s = %s', async (name, value) => {
    await start();
    expect(() => cloud.signIn(signInUrl({ [name]: value }))).toThrow('no sign-in page');
  });
});

describe('refresh', () => {
  test('the refresh token gives an access token and cookies in quotes', async () => {
    await start();
    expect(await (await refresh()).json()).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    const body = (await (await exchange()).json()) as { response: { tokens: { cookies: Record<string, Cookie[]> } } };
    const cookies = body.response.tokens.cookies['.amazon.com'] ?? [];
    expect(cookies.map(({ Name }) => Name)).toEqual([
      'session-id',
      'ubid-main',
      'session-token',
      'at-main',
      'sess-at-main',
    ]);
    expect(cookies[3]?.Value).toMatch(/^"Atza\|.+"$/);
    expect(cookies[3]?.Expires).toBe('21 Nov 2025 12:00:00 GMT');
  });

  test.each([
    ['another token', () => 'Atnr|another'],
    ['a revoked one', () => (cloud.account.revokeRefreshToken(), 'Atnr|simulated-refresh-token-0001')],
    ['the former one', () => (cloud.account.rotateRefreshToken(), 'Atnr|simulated-refresh-token-0001')],
    ['none', () => ''],
  ])('%s is refused', async (_what, token) => {
    await start();
    const bad = token();
    const response = await refresh(bad);
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ]);
    expect((await exchange('amazon.com', bad)).status).toBe(400);
  });
});

describe('which requests are accepted', () => {
  test('cookies and csrf together', async () => {
    await start();
    const session = await logIn();
    expect((await askState(session)).status).toBe(200);
    const quoted = session.cookie.replace(/at-main=([^;]+)/, 'at-main="$1"');
    expect((await askState({ ...session, cookie: quoted })).status).toBe(200);
    expect((await discover(session)).errors).toBeUndefined();
  });

  test.each<[string, (session: Session) => Partial<Session>]>([
    ['no cookies', ({ csrf }) => ({ csrf })],
    ['no csrf', ({ cookie }) => ({ cookie })],
    ['another csrf', ({ cookie }) => ({ cookie, csrf: '1' })],
    ['one cookie missing', ({ cookie, csrf }) => ({ cookie: cookie.replace(/; sess-at-main=.*$/, ''), csrf })],
  ])('not with %s', async (_what, spoil) => {
    await start();
    const spoiled = spoil(await logIn());
    const state = await askState(spoiled);
    expect([state.status, await state.text()]).toEqual([401, '']);
    expect(await discover(spoiled)).toMatchObject({
      errors: [{ extensions: { errorCode: 'FORBIDDEN' } }],
      data: { endpoints: null },
    });
  });

  test('an account without an Echo gets 403 on Echo endpoints', async () => {
    await start();
    const session = await logIn();
    const devices = await fetch(`${cloud.baseUrls.alexa}/api/devices-v2/device?cached=false`, {
      headers: { ...session },
    });
    expect(devices.status).toBe(403);
  });
});

describe('smart home', () => {
  test('a partial list: a null empties the object around it, and is reported next to the data', async () => {
    await start({ monitors: 3 });
    for (const [number, listed] of [
      [1, 'nulled'],
      [2, 'null'],
      [3, 'left_out'],
    ] as const) {
      cloud.monitor(number).discovery.listed = listed;
    }
    const session = await logIn();
    const { data, errors } = await discover(session);
    expect(data.endpoints?.items.slice(3)).toEqual([{ legacyAppliance: null }, null]);
    expect(errors).toMatchObject([
      { path: ['endpoints', 'items', 3, 'legacyAppliance', 'friendlyName'] },
      { path: ['endpoints', 'items', 4] },
    ]);
    expect(((await (await askState(session)).json()) as States).deviceStates).toHaveLength(3);
  });

  test('a list that is throttled', async () => {
    await start();
    cloud.faults.next('/graphql', fault.throttledList());
    const session = await logIn();
    expect(await discover(session)).toMatchObject({
      errors: [{ extensions: { errorCode: 'UNOFFICIAL_CLIENT_TOO_MANY_REQUESTS', isRetryable: false } }],
      data: null,
    });
    expect((await discover(session)).errors).toBeUndefined();
  });

  test('kinds of id must not be mixed', async () => {
    await start({ monitors: 1 });
    const session = await logIn();
    const { entityId, applianceId } = cloud.monitor(1);
    const codes = async (type: string, id: string) =>
      (await readState(session, type, id)).errors.map(({ code }) => code);
    expect(await codes('ENTITY', entityId)).toEqual([]);
    expect(await codes('APPLIANCE', applianceId)).toEqual([]);
    expect(await codes('APPLIANCE', entityId)).toEqual(['TargetApplianceNotFoundException']);
    expect(await codes('ENTITY', applianceId)).toEqual(['TargetApplianceNotFoundException']);
  });

  test('the wrong marketplace is an empty home', async () => {
    await start({ marketplace: 'amazon.de' });
    const session = await logIn('amazon.com');
    expect((await discover(session)).data.endpoints).toEqual({ items: [] });
    const me = await fetch(`${cloud.baseUrls.alexa}/api/users/me`, { headers: { ...session } });
    expect(await me.json()).toMatchObject({ marketPlaceDomainName: 'https://www.amazon.de' });
    const welcome = await fetch(`${cloud.baseUrls.alexa}/api/welcome`, { headers: { ...session } });
    expect(await welcome.json()).toEqual({ alexaHostName: 'alexa.amazon.de' });
  });

  test('values stay, or change', async () => {
    await start();
    const session = await logIn();
    expect(await readState(session)).toEqual(await readState(session));
    cloud.state.values = 'drift';
    expect(await readState(session)).not.toEqual(await readState(session));
  });

  test('it compresses for clients that can decompress', async () => {
    await start();
    const session = await logIn();
    const encoding = async (accepted: string) => {
      const response = await fetch(`${cloud.baseUrls.alexa}/api/users/me`, {
        headers: { ...session, 'accept-encoding': accepted },
      });
      return response.headers.get('content-encoding');
    };
    expect([await encoding('gzip'), await encoding('identity')]).toEqual(['gzip', null]);
  });
});

describe('GraphQL', () => {
  const ask = async (body: object) => {
    await start({ monitors: 1 });
    const session = await logIn();
    const init = { method: 'POST', headers: { ...session }, body: JSON.stringify(body) };
    return await (await fetch(`${cloud.baseUrls.alexa}/nexus/v1/graphql`, init)).json();
  };

  test.each([
    ['not a query', 'endpoints please', 'InvalidSyntax'],
    ['an unknown field', '{ endpoints { items { legacyAppliance { temperature } } } }', 'ValidationError'],
    ['an unknown argument', '{ endpoints(all: true) { items { id } } }', 'ValidationError'],
    ['no field of an object', '{ listEndpoints(listEndpointsInput: {}) { endpoints } }', 'ValidationError'],
  ])('%s is refused', async (_name, query, classification) => {
    const answer = await ask({ query });
    expect(answer).toMatchObject({ errors: [{ extensions: { classification } }] });
    expect(answer).not.toHaveProperty('data');
  });

  test('a list of one question is answered by a list of one answer', async () => {
    const query = 'query Q($c: String) { listEndpoints(listEndpointsInput: {displayCategory: $c}) { completeResult } }';
    const answer = await ask([{ operationName: 'Q', variables: { c: 'LIGHT' }, query }]);
    expect(answer).toMatchObject([{ data: { listEndpoints: { completeResult: true } } }]);
  });
});

test('dead and wrong paths', async () => {
  await start();
  const statusAndType = async (path: string, init?: RequestInit) => {
    const response = await fetch(cloud.baseUrls.alexa + path, init);
    return [response.status, response.headers.get('content-type')];
  };
  expect(await statusAndType('/api/phoenix')).toEqual([299, 'text/html']);
  expect(await statusAndType('/nowhere')).toEqual([200, 'text/html;charset=UTF-8']);
  expect(await statusAndType('/auth/token', { method: 'POST' })).toEqual([200, 'text/html;charset=UTF-8']);
  expect(cloud.requests.map(({ host, path }) => `${host}${path}`)).toEqual([
    'alexa/api/phoenix',
    'alexa/nowhere',
    'alexa/auth/token',
  ]);
});
