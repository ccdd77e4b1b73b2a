/** Logging in by hand and checking whether a login works: what `auth-amazon` does, without its terminal. */
import type { AqmConfig } from '../../config/config';
import { asMonitorError, MonitorError } from '../../errors';
import { createDeviceTexts } from '../device-text';
import { readMarketplace } from './account';
import type { AqmContext } from './aqm-source';
import { createAlexaClient } from './client';
import { noMonitor, type Discovery } from './discovery';
import { createExchange, type Exchange } from './exchange';
import { amazonHosts } from './hosts';
import { afterListing, noMonitorInPart } from './listing';
import { register } from './registration';
import { bind, openSessionFile } from './session-file';
import { alone } from './session-lock';
import { emptyState, type Cookies, type SessionState } from './session-state';
import { beginLogin, readLanding, signInUrl, wrong } from './sign-in';
import { cookieHeaderOf, obtainCookies } from './token-exchange';

export type LoginContext = Pick<
  AqmContext,
  'config' | 'state' | 'http' | 'retrier' | 'logger' | 'traffic' | 'redactor' | 'lock' | 'now' | 'signal'
> & {
  /** the one in secrets.yaml now; null if there is none */
  refreshToken: string | null;
};

/** A login that works, and what it lists. */
export interface WorkingLogin extends Discovery {
  /** where the account lives; the configuration may say something else */
  marketplace: string;
  cookies: Cookies;
}

/**
 * The address to log in at. The same one until a login has been completed: the alert shows it too, and a user who
 * logs in by that one must not get the error that it belongs to another login.
 */
export function signInAddress(context: LoginContext): string {
  const { state, hosts, save } = openLogin(context);
  if (state.pending_login?.marketplace !== context.config.marketplace) {
    state.pending_login = beginLogin(context.config.marketplace, clockOf(context)());
    save();
  }
  return signInUrl(hosts, state.pending_login);
}

/**
 * Turns the pasted address into a refresh token.
 * @throws MonitorError `login_needed` with its own sentence for a wrong, a reused and an expired address
 */
export async function completeSignIn(context: LoginContext, pasted: string): Promise<string> {
  const { marketplace } = context.config;
  const { state, hosts, save } = openLogin(context);
  const code = readLanding(pasted, hosts, marketplace);
  context.redactor.add(code);
  if (state.spent_code === hashOf(code))
    throw wrong('This address was used already: each works once. Log in once more.');
  const pending = state.pending_login;
  if (pending?.marketplace !== marketplace) throw wrong('No login has been begun here, so this address has no use.');
  context.redactor.add(pending.code_verifier);

  const token = await register(hosts, exchangeOf(context), pending, code).catch((thrown: unknown) => {
    if (asMonitorError(thrown).type === 'login_needed') spend();
    throw thrown;
  });
  spend();
  context.redactor.add(token);
  return token;

  function spend(): void {
    state.spent_code = hashOf(code);
    save();
  }
}

/**
 * Asks Amazon whether a refresh token works, for whom, and which monitors there are.
 * @throws MonitorError `login_needed` if it is refused; `no_monitor` where the account has none
 */
export async function tryLogin(context: LoginContext, refreshToken: string): Promise<WorkingLogin> {
  const { config, logger } = context;
  let { marketplace } = config;
  let access = await accessOf(context, refreshToken, marketplace);
  const actual = await readMarketplace(access.hosts, access.exchange, access.credentials).catch((thrown: unknown) => {
    const { type, message } = asMonitorError(thrown);
    if (type === 'unauthorized') throw refusedAtOnce(thrown);
    logger.warning('account_unknown', `The account's marketplace could not be asked for: ${message}`);
    return null;
  });
  if (actual !== null && actual !== marketplace) {
    marketplace = actual;
    access = await accessOf(context, refreshToken, marketplace);
  }
  const client = createAlexaClient(access.hosts, access.exchange, createDeviceTexts(logger), context.redactor);
  const discovery = await client.discover(access.credentials).catch((thrown: unknown) => {
    throw asMonitorError(thrown).type === 'unauthorized' ? refusedAtOnce(thrown) : thrown;
  });
  if (discovery.monitors.length === 0) {
    throw discovery.incomplete === null
      ? noMonitor(marketplace, discovery.devices)
      : noMonitorInPart(discovery.incomplete);
  }
  return { marketplace, cookies: access.cookies, ...discovery };
}

/** Keeps the first cookies and the device list, so that the next cycle is one request; what was there before is removed,
 * but for monitors that the list may have left out. */
export function rememberLogin(context: LoginContext, refreshToken: string, login: WorkingLogin): Promise<void> {
  const { marketplace, cookies } = login;
  return alone(context.lock, () => {
    const { state, file } = openLogin(context);
    const known = marketplace === context.config.marketplace ? state.discovery : null;
    file.save({
      ...emptyState(),
      bound_to: bind({ marketplace, refreshToken }),
      spent_code: state.spent_code,
      cookies,
      discovery: afterListing(known, login, clockOf(context)()).list,
    });
    return Promise.resolve();
  });
}

async function accessOf(context: LoginContext, refreshToken: string, marketplace: string) {
  const config: AqmConfig = { ...context.config, marketplace };
  const hosts = amazonHosts(config);
  const exchange = exchangeOf(context);
  const redact = (secret: string) => context.redactor.add(secret);
  const cookies = await obtainCookies({ hosts, exchange, marketplace, redact, now: clockOf(context) }, refreshToken);
  return { hosts, exchange, cookies, credentials: { cookieHeader: cookieHeaderOf(cookies.jar), csrf: cookies.csrf } };
}

function openLogin(context: LoginContext) {
  const { config, refreshToken, logger } = context;
  const file = openSessionFile(context.state, logger);
  const state: SessionState = file.load({ marketplace: config.marketplace, refreshToken: refreshToken ?? '' });
  return { file, state, hosts: amazonHosts(config), save: () => file.save(state) };
}

function exchangeOf(context: LoginContext): Exchange {
  return createExchange({ ...context, timeoutMs: context.config.timeout_seconds * 1000, now: clockOf(context) });
}

const clockOf = ({ now }: LoginContext) => now ?? (() => new Date());

function hashOf(code: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(code).digest('hex');
}

function refusedAtOnce(cause: unknown): MonitorError {
  return new MonitorError('Amazon gives cookies and refuses them at once', {
    type: 'session_rejected',
    permanent: true,
    remediation: 'Try again in a few minutes; if it stays so, log in once more: node bin/auth-amazon.js',
    cause,
  });
}
