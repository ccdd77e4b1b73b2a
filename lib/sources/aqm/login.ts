/** Logging in by hand and checking whether a login works: what `auth-amazon` does, without its terminal. */
import { asMonitorError, MonitorError, type ErrorType } from '../../errors';
import { createDeviceTexts } from '../device-text';
import type { AqmContext } from './aqm-source';
import { createAqmClient } from './client';
import type { Discovery, Monitor } from './discovery';
import { createExchange, type Exchange } from './exchange';
import { findMonitors, type Place } from './find-monitors';
import { amazonHosts, loginHosts } from './hosts';
import { afterListing } from './listing';
import { register } from './registration';
import { bind, openSessionFile } from './session-file';
import { credentialsOf, lacksCsrf } from './session';
import { alone } from './session-lock';
import { emptyState, type Cookies, type SessionState } from './session-state';
import { beginLogin, readLanding, signInUrl, wrong } from './sign-in';
import { obtainCookies } from './token-exchange';
import { withoutCsrf } from './waiting-times';

export type LoginContext = Pick<
  AqmContext,
  'config' | 'state' | 'http' | 'retrier' | 'logger' | 'traffic' | 'redactor' | 'lock' | 'now' | 'signal'
> & {
  /** the one in secrets.yaml now; null if there is none */
  refreshToken: string | null;
};

/** A login that works, and what it lists. */
export interface WorkingLogin {
  /** where the monitors are; the configuration may say something else */
  marketplace: string;
  cookies: Cookies;
  /** null if Amazon does not give the list at the moment */
  discovery: Discovery | null;
  /** those of the list, else the remembered ones */
  monitors: Monitor[];
  /** why there is no list */
  listFailure: MonitorError | null;
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

/** @returns why a pasted address cannot be the one where a login ends; null if it may be */
export function whatIsWrongWith({ config }: LoginContext, pasted: string): string | null {
  try {
    readLanding(pasted, loginHosts(config));
    return null;
  } catch (thrown) {
    return asMonitorError(thrown).message;
  }
}

/**
 * Turns the pasted address into a refresh token.
 * @throws MonitorError `login_needed` with its own sentence for a wrong, a reused and an expired address
 */
export async function completeSignIn(context: LoginContext, pasted: string): Promise<string> {
  const { marketplace } = context.config;
  const { state, hosts, save } = openLogin(context);
  const code = readLanding(pasted, hosts);
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
 * @throws MonitorError `login_needed` if it is refused; `no_monitor` if the account has none. A list that cannot be had
 *   says nothing about the login: then it works, and `listFailure` is why.
 */
export async function tryLogin(context: LoginContext, refreshToken: string): Promise<WorkingLogin> {
  const { state } = openLogin({ ...context, refreshToken });
  const known = state.discovery?.monitors ?? [];
  const enter = (marketplace: string) => enterMarketplace(context, refreshToken, marketplace);
  const configured = await enter(context.config.marketplace);
  try {
    const { place, discovery } = await findMonitors(configured, { configured: configured.marketplace, enter, known });
    const { marketplace, cookies } = place;
    return { marketplace, cookies, discovery, monitors: discovery.monitors, listFailure: null };
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    if (failure.type === 'unauthorized')
      throw lacksCsrf(configured.cookies) ? withoutCsrf(failure) : refusedAtOnce(failure);
    if (failure.type === 'no_monitor') throw inAnotherAccount(failure);
    if (!SAYS_NOTHING_OF_THE_LOGIN.includes(failure.type)) throw thrown;
    context.logger.warning('listing_failed', `Amazon's device list cannot be obtained: ${failure.message}`, {
      error_type: failure.type,
    });
    const { marketplace, cookies } = state.lives_at === null ? configured : await enter(state.lives_at);
    return { marketplace, cookies, discovery: null, monitors: known, listFailure: failure };
  }
}

/** Failures of the list of an account whose token and cookies Amazon has just accepted. */
const SAYS_NOTHING_OF_THE_LOGIN: readonly ErrorType[] = ['rate_limited', 'http', 'invalid_response'];

/** Keeps the first cookies and the device list, so that the next cycle is one request; what was there before is removed,
 * but for monitors that the list may have left out. */
export function rememberLogin(context: LoginContext, refreshToken: string, login: WorkingLogin): Promise<void> {
  const { marketplace, cookies, discovery } = login;
  return alone(context.lock, () => {
    const { state, file } = openLogin(context);
    const known = marketplace === (state.lives_at ?? context.config.marketplace) ? state.discovery : null;
    file.save({
      ...emptyState(),
      bound_to: bind({ marketplace: context.config.marketplace, refreshToken }),
      spent_code: state.spent_code,
      cookies,
      lives_at: marketplace === context.config.marketplace ? null : marketplace,
      discovery: discovery === null ? known : afterListing(known, discovery, clockOf(context)()).list,
    });
    return Promise.resolve();
  });
}

async function enterMarketplace(context: LoginContext, refreshToken: string, marketplace: string): Promise<Place> {
  const { config, logger, redactor } = context;
  const hosts = amazonHosts(config, marketplace);
  const exchange = exchangeOf(context);
  const redact = (secret: string) => redactor.add(secret);
  const cookies = await obtainCookies({ hosts, exchange, marketplace, redact, now: clockOf(context) }, refreshToken);
  const client = createAqmClient(hosts, exchange, createDeviceTexts(logger), redactor);
  return { marketplace, cookies, credentials: credentialsOf(cookies), client };
}

function openLogin(context: LoginContext) {
  const { config, refreshToken, logger } = context;
  const file = openSessionFile(context.state, logger);
  const state: SessionState = file.load({ marketplace: config.marketplace, refreshToken: refreshToken ?? '' });
  return { file, state, hosts: loginHosts(config), save: () => file.save(state) };
}

function exchangeOf(context: LoginContext): Exchange {
  return createExchange({ ...context, timeoutMs: context.config.timeout_seconds * 1000, now: clockOf(context) });
}

const clockOf = ({ now }: LoginContext) => now ?? (() => new Date());

function hashOf(code: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(code).digest('hex');
}

/** This command is where other remedies send people to: its own must not. */
function inAnotherAccount(cause: MonitorError): MonitorError {
  return new MonitorError(cause.message, {
    type: 'no_monitor',
    permanent: true,
    remediation: {
      say: 'Look in the Alexa app whether this account has the monitor. If another one has it, log in with that',
      command: 'node bin/auth-amazon.js',
    },
    cause,
  });
}

function refusedAtOnce(cause: unknown): MonitorError {
  return new MonitorError('Amazon gives cookies and refuses them at once', {
    type: 'session_rejected',
    permanent: true,
    remediation: {
      say: 'Try again in a few minutes; if it stays so, log in once more',
      command: 'node bin/auth-amazon.js',
    },
    cause,
  });
}
