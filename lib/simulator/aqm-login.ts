/** www. and api. of the simulated cloud: the sign-in page, the registration, the refresh, the cookies. */
import type { AqmAccount, IssuedCookies } from './aqm-account';
import { MARKETPLACES } from '../config/marketplaces';
import { html, json, text, type Answer, type SimulatedRequest } from './answer';
import { INVALID_GRANT, INVALID_TOKEN } from './faults';

/** `www.<marketplace>` */
export function answerWww(account: AqmAccount, request: SimulatedRequest): Answer {
  const { method, path, query } = request;
  if (path === '/ap/signin' && method === 'GET') return text(SIGN_IN_PAGE, 'text/html;charset=UTF-8');
  if (path === '/ap/signin' && method === 'POST') return signIn(account, query);
  if (path === '/ap/exchangetoken/cookies' && method === 'POST')
    return exchange(account, new URLSearchParams(request.body));
  // The landing page has never existed: the browser shows "not found", and the address is what counts.
  return html(path === '/ap/maplanding' ? 404 : 200);
}

/** `api.<marketplace>` */
export function answerApi(account: AqmAccount, request: SimulatedRequest): Answer {
  if (request.method !== 'POST') return html();
  if (request.path === '/auth/token') return refresh(account, new URLSearchParams(request.body));
  if (request.path === '/auth/register') return register(account, request.body);
  return html();
}

/** The user typed name and password: off to the landing page, with a code. */
function signIn(account: AqmAccount, query: URLSearchParams): Answer {
  const challenge = query.get('openid.oa2.code_challenge');
  const clientId = /^device:([0-9a-f]{64}23413249564c5635564d32573831)$/.exec(
    query.get('openid.oa2.client_id') ?? '',
  )?.[1];
  const isComplete =
    query.get('openid.oa2.response_type') === 'code' &&
    query.get('openid.oa2.code_challenge_method') === 'S256' &&
    query.get('openid.oa2.scope') === 'device_auth_access' &&
    query.get('openid.assoc_handle') === signInOf(account).handle &&
    query.get('openid.ns.oa2') === `http://www.${signInOf(account).marketplace}/ap/ext/oauth/2`;
  const returnTo = query.get('openid.return_to');
  if (challenge === null || clientId === undefined || returnTo === null || !isComplete) return html(404);
  const landing = new URL(returnTo);
  for (const [name, value] of [
    ['openid.assoc_handle', query.get('openid.assoc_handle') ?? ''],
    ['openid.mode', 'id_res'],
    ['openid.ns', 'http://specs.openid.net/auth/2.0'],
    ['openid.claimed_id', 'https://www.amazon.com/ap/id/amzn1.account.SIMULATED'],
    ['openid.oa2.authorization_code', account.issueCode(challenge, clientId)],
    ['openid.oa2.scope', 'device_auth_access'],
    ['openid.response_nonce', new Date(account.now()).toISOString()],
  ] as const) {
    landing.searchParams.set(name, value);
  }
  return text('', 'text/html', 302, { location: landing.href });
}

/** Every country signs in at amazon.com; a country's own page refuses the app. Japan is apart. */
function signInOf({ marketplace }: AqmAccount): { marketplace: string; handle: string } {
  const isJapan = marketplace === 'amazon.co.jp';
  const handle = 'amzn_dp_project_dee_ios';
  return isJapan ? { marketplace, handle: `${handle}_jp` } : { marketplace: 'amazon.com', handle };
}

function register(account: AqmAccount, body: string): Answer {
  let wish: { auth_data?: Record<string, unknown>; registration_data?: unknown };
  try {
    wish = JSON.parse(body) as typeof wish;
  } catch {
    return json({ response: { error: { code: 'InvalidInput', message: 'The request is malformed.' } } }, 400);
  }
  const { authorization_code: code, code_verifier: verifier, client_id: clientId } = wish.auth_data ?? {};
  if (typeof code !== 'string' || typeof verifier !== 'string' || typeof clientId !== 'string') return INVALID_TOKEN();
  const verdict = account.redeemCode(code, verifier, clientId);
  if (verdict !== 'ok') return INVALID_TOKEN(verdict === 'expired' ? 'Auth time of the token is expired.' : undefined);
  const issued = account.issueCookies(account.marketplace);
  return json({
    response: {
      success: {
        extensions: {
          device_info: { device_name: 'Home monitor', device_serial_number: 'SIMULATED', device_type: 'A2IVLV5VM2W81' },
          customer_info: { account_pool: 'Amazon', user_id: 'amzn1.account.SIMULATED', home_region: 'NA', name: 'Sam' },
        },
        tokens: {
          website_cookies: cookieList(issued),
          mac_dms: { device_private_key: 'SIMULATED', adp_token: '{enc:SIMULATED}' },
          bearer: { access_token: ACCESS_TOKEN, refresh_token: account.rotateRefreshToken(), expires_in: '3600' },
        },
        customer_id: 'amzn1.account.SIMULATED',
      },
    },
    request_id: 'TEST',
  });
}

function refresh(account: AqmAccount, form: URLSearchParams): Answer {
  if (form.get('requested_token_type') === 'auth_cookies') return exchange(account, form);
  const isComplete =
    form.get('source_token_type') === 'refresh_token' && form.get('requested_token_type') === 'access_token';
  if (!isComplete) return json({ error: 'invalid_request', error_description: 'missing parameter' }, 400);
  if (!account.acceptsRefreshToken(form.get('source_token'))) return INVALID_GRANT();
  return json({ access_token: ACCESS_TOKEN, token_type: 'bearer', expires_in: 3600 });
}

function exchange(account: AqmAccount, form: URLSearchParams): Answer {
  const domain = form.get('domain') ?? '';
  const isComplete = form.get('requested_token_type') === 'auth_cookies' && MARKETPLACES.includes(domain.slice(1));
  if (!isComplete || !account.acceptsRefreshToken(form.get('source_token'))) return INVALID_TOKEN();
  const issued = account.issueCookies(domain.slice(1));
  return json({ response: { tokens: { cookies: { [domain]: cookieList(issued) } } }, request_id: 'TEST' });
}

/** Tokens arrive wrapped in quotes; the site wants them back without. */
function cookieList({ values, expiresAt }: IssuedCookies) {
  return Object.entries(values).map(([Name, value]) => {
    const isToken = /^(sess-)?at-|^session-token$/.test(Name);
    return {
      Name,
      Value: isToken ? `"${value}"` : value,
      Path: '/',
      Secure: true,
      HttpOnly: isToken,
      // RFC 1123 without the weekday: `07 Dec 2026 10:00:00 GMT`
      Expires: Name.includes('at-') ? new Date(expiresAt).toUTCString().slice(5) : '23 Nov 2036 10:00:00 GMT',
    };
  });
}

const ACCESS_TOKEN = 'Atna|simulated-access-token';

const SIGN_IN_PAGE =
  '<!doctype html><html><head><title>Amazon Sign-In</title></head><body><h1>Sign in</h1>' +
  '<form method="post"><button id="signInSubmit">Sign in as the simulated user</button></form></body></html>';
