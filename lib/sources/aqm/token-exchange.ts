/** From the refresh token to cookies: access token, cookie exchange, csrf [docs/internals/amazon.md: Cookies]. */
import { MARKETPLACES } from '../../config/marketplaces';
import { MonitorError } from '../../errors';
import type { HttpResponse } from '../../http/http';
import { alexaHeaders } from './client';
import { leadsToSignIn, readJsonObject, readObject, unexpectedStatus } from './answer';
import type { Exchange } from './exchange';
import { DEVICE_FIELDS, type AmazonHosts } from './hosts';
import { asList, asRecord, asText, isJsonObject, isWebPage } from './lenient-json';
import { secretsIn, type Cookie, type Cookies } from './session-state';

/** A login has some ten cookies, for one domain or two; browsers take no longer ones. */
const MOST_COOKIES = 100;
const MOST_DOMAINS = 10;
const LONGEST_COOKIE = 4096;

/** Which pages give the `csrf` cookie; the first that does is enough. */
const CSRF_PATHS = [
  '/api/language',
  '/spa/index.html',
  '/api/devices-v2/device?cached=false',
  '/templates/oobe/d-device-pick.handlebars',
  '/api/strings',
];

export interface TokenExchangeContext {
  hosts: AmazonHosts;
  exchange: Exchange;
  marketplace: string;
  /** every token and cookie obtained is added to it, before anything can show it */
  redact: (secret: string) => void;
  now: () => Date;
}

/**
 * Obtains fresh cookies for the marketplace.
 * @throws MonitorError `login_needed` if Amazon refuses the refresh token; `no_monitor` if the cookies are for
 *   another marketplace only; anything transient when retries are spent.
 */
export async function obtainCookies(context: TokenExchangeContext, refreshToken: string): Promise<Cookies> {
  await obtainAccessToken(context, refreshToken);
  const jar = await exchangeForCookies(context, refreshToken);
  const csrf = await obtainCsrf(context, jar);
  return { jar, ...csrf, obtained_at: context.now().toISOString() };
}

/** The `Cookie` header of a jar. */
export function cookieHeaderOf(jar: Cookie[]): string {
  return jar.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/**
 * Only Amazon's answer about the refresh token counts here: the cookie exchange works with the refresh token itself.
 */
async function obtainAccessToken({ hosts, exchange, redact }: TokenExchangeContext, refreshToken: string) {
  const body = form({
    ...DEVICE_FIELDS,
    source_token: refreshToken,
    package_name: 'com.amazon.echo',
    platform: 'iOS',
    requested_token_type: 'access_token',
    source_token_type: 'refresh_token',
    current_version: DEVICE_FIELDS['di.sdk.version'],
  });
  const url = `${hosts.tokens}/auth/token`;
  const request = { operation: 'aqm.refresh_token', method: 'POST' as const, url, headers: FORM_HEADERS, body };
  const accessToken = await exchange(request, (response, endpoint) =>
    asText(readGranted(response, endpoint)['access_token']),
  );
  if (accessToken === null) throw refused('HTTP 200 without an access token', `POST ${url}`);
  redact(accessToken);
}

async function exchangeForCookies(context: TokenExchangeContext, refreshToken: string): Promise<Cookie[]> {
  const { hosts, exchange, marketplace, redact } = context;
  const body = form({
    ...DEVICE_FIELDS,
    domain: `.${marketplace}`,
    source_token: refreshToken,
    requested_token_type: 'auth_cookies',
    source_token_type: 'refresh_token',
  });
  const url = `${hosts.www}/ap/exchangetoken/cookies`;
  const request = { operation: 'aqm.exchange_cookies', method: 'POST' as const, url, headers: FORM_HEADERS, body };
  const byDomain = await exchange(request, (response, endpoint) =>
    asRecord(asRecord(asRecord(readGranted(response, endpoint)['response'])['tokens'])['cookies']),
  );
  const cookiesOf = (list: unknown) =>
    asList(list)
      .slice(0, MOST_COOKIES)
      .flatMap((element) => readCookie(element) ?? []);
  // Those for another marketplace give access, too.
  for (const secret of secretsIn({
    jar: Object.values(byDomain).slice(0, MOST_DOMAINS).flatMap(cookiesOf),
    csrf: null,
  }))
    redact(secret);
  const jar = cookiesOf(byDomain[`.${marketplace}`]);
  if (jar.length > 0) return jar;
  const others = MARKETPLACES.map((name) => `.${name}`).filter((domain) => cookiesOf(byDomain[domain]).length > 0);
  if (others.length === 0) throw refused('HTTP 200 without cookies', `POST ${url}`);
  throw new MonitorError(`Amazon gave cookies for ${others.join(', ')}, none for .${marketplace}`, {
    type: 'no_monitor',
    permanent: true,
    endpoint: `POST ${url}`,
    remediation: `Set amazon_aqm.marketplace to the account's own: ${others.map((name) => name.slice(1)).join(' or ')}`,
  });
}

/** None if no page gives one: reading may work without, and if not, the next answer says so. */
async function obtainCsrf(
  context: TokenExchangeContext,
  jar: Cookie[],
): Promise<Required<Pick<Cookies, 'csrf' | 'csrf_refused'>>> {
  const { hosts, exchange, redact } = context;
  const headers = alexaHeaders(hosts, { cookieHeader: cookieHeaderOf(jar), csrf: null });
  const failures: MonitorError[] = [];
  let csrf_refused = false;
  for (const path of CSRF_PATHS) {
    const request = { operation: 'aqm.obtain_csrf', method: 'GET' as const, url: `${hosts.alexa}${path}`, headers };
    const { csrf, status } = await exchange(request, (response, endpoint) => ({
      csrf: readCsrf(response),
      status: leadsToSignIn(response, endpoint) ? 401 : response.status,
    })).catch((thrown: unknown) => {
      // A page that is broken gives none, either.
      if (!(thrown instanceof MonitorError) || thrown.type !== 'http') throw thrown;
      if (!thrown.permanent) failures.push(thrown);
      return { csrf: null, status: 0 };
    });
    if (csrf !== null) {
      redact(csrf);
      return { csrf, csrf_refused: false };
    }
    if (status === 401) return { csrf, csrf_refused: true };
    // On the other pages it says nothing: an account without an Echo gets it there though its login is fine.
    csrf_refused ||= status === 403 && path === CSRF_PATHS[0];
  }
  // A server that fails says nothing of the login: without its csrf, good cookies would seem to be refused.
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  return { csrf: null, csrf_refused };
}

function readCsrf(response: HttpResponse): string | null {
  for (const header of response.headerValues('set-cookie')) {
    const match = /^\s*csrf=("?)([^;"]+)\1/.exec(header);
    if (match?.[2] !== undefined) return match[2];
  }
  return null;
}

/**
 * The object in the answer to a token.
 * @throws MonitorError `login_needed` for the refusals of a token [docs/internals/amazon.md: What failure looks like]
 */
function readGranted(response: HttpResponse, endpoint: string): Record<string, unknown> {
  const { status } = response;
  if (isRefusal(response)) throw refused(`HTTP ${status}`, endpoint);
  if (status >= 300 && status !== 400) throw unexpectedStatus(response, endpoint);
  if (status === 400) {
    const answer = readJsonObject(response, endpoint);
    const code = asText(asRecord(asRecord(answer['response'])['error'])['code']) ?? asText(answer['error']) ?? '';
    if (/^(invalid_?grant|invalid_?token)$/i.test(code)) throw refused(`HTTP 400 ${code}`, endpoint);
  }
  return readObject(response, endpoint);
}

/**
 * Whether Amazon itself says no. A firewall in front of it answers 403 with a page of its own, which says nothing about
 * the login.
 */
export function isRefusal({ status, body }: HttpResponse): boolean {
  if (status === 401) return !isWebPage(body);
  return status === 403 && isJsonObject(body);
}

function refused(how: string, endpoint: string): MonitorError {
  return new MonitorError(`Amazon refuses the refresh token (${how}): a login by hand is needed`, {
    type: 'login_needed',
    permanent: true,
    endpoint,
    remediation: { say: 'Log in again', command: 'node bin/auth-amazon.js' },
  });
}

/** `{Name, Value, Expires: "07 Dec 2026 10:00:00 GMT"}`; values may be wrapped in quotes. */
function readCookie(element: unknown): Cookie | null {
  const { Name, Value, Expires } = asRecord(element);
  const name = asText(Name);
  const value = asText(Value)?.replace(/^"(.*)"$/, '$1');
  if (name === null || value === undefined || name.length + value.length > LONGEST_COOKIE) return null;
  const expires = typeof Expires === 'string' ? Date.parse(Expires) : NaN;
  return { name, value, expires: Number.isNaN(expires) ? null : new Date(expires).toISOString() };
}

const FORM_HEADERS = { 'Content-Type': 'application/x-www-form-urlencoded' };

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}
