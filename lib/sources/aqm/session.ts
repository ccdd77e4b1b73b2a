/**
 * The login at Amazon over many cycles: cookies are kept, renewed before they die, obtained again once when they have
 * died, and Amazon is not asked while it does not want it.
 */
import { asMonitorError, MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import type { Credentials } from './client';
import { areDueForRenewal, areExpired } from './cookie-age';
import { rateLimitAfter, refuseWhileLimited, rejected, renewalFailedRecently, withoutCsrf } from './waiting-times';
import type { Binding, SessionFile } from './session-file';
import { secretsIn, type Cookies, type SessionState } from './session-state';
import { cookieHeaderOf } from './token-exchange';

/** What a cycle has learnt about the login, for the alert. */
export type LoginVerdict =
  /** Amazon accepted the refresh token or the cookies */
  | { status: 'accepted' }
  /** only a login by hand helps */
  | { status: 'needed'; error: MonitorError }
  /** Amazon was not asked, or its answer does not show it */
  | { status: 'unknown' };

export interface SessionContext {
  file: SessionFile;
  binding: Binding;
  /** turns the refresh token into cookies of a marketplace: `obtainCookies` */
  obtain: (marketplace: string) => Promise<Cookies>;
  /** Runs `work` while no other process obtains cookies. */
  alone: <T>(work: () => Promise<T>) => Promise<T>;
  redact: (secret: string) => void;
  logger: Logger;
  now: () => Date;
}

export interface Session {
  /** what is remembered; changes are kept when `run` ends */
  readonly state: SessionState;
  readonly login: LoginVerdict;
  /** where the account is asked: the configured marketplace, or where its monitors were found */
  readonly marketplace: string;
  /**
   * Runs `work` with cookies that Amazon accepts: if it ends in `unauthorized`, cookies are obtained again, once, and
   * it is run once more.
   * @throws MonitorError `rate_limited` without any request if Amazon must not be asked; `login_needed` if the
   *   refresh token is refused; `session_rejected` if fresh cookies are refused at once.
   */
  run<T>(work: (cookies: Cookies) => Promise<T>): Promise<T>;
}

/** From this cycle in a row on, refused fresh cookies are a matter for a person. */
const REJECTIONS_UNTIL_ALERT = 3;

export function openSession(context: SessionContext): Session {
  const { file, binding, logger, now } = context;
  let state = file.load(binding);
  let onDisk = JSON.stringify(state);
  const save = () => {
    file.save(state);
    onDisk = JSON.stringify(state);
  };
  let login: LoginVerdict = { status: 'unknown' };
  for (const secret of secretsOf(state)) context.redact(secret);
  const marketplaceOf = ({ lives_at }: SessionState) => lives_at ?? binding.marketplace;

  /** @param dead the cookies that do not work any more */
  async function refresh(dead: Cookies | null): Promise<void> {
    await context.alone(async () => {
      const remembered = file.load(binding);
      if (remembered.cookies !== null && JSON.stringify(remembered.cookies) !== JSON.stringify(dead)) {
        // Another process was faster.
        onDisk = JSON.stringify(remembered);
        state = { ...remembered, discovery: state.discovery ?? remembered.discovery };
        for (const secret of secretsOf(state)) context.redact(secret);
        return;
      }
      state.cookies = await context.obtain(marketplaceOf(state));
      state.renewal_failed_at = null;
      save();
      logger.info('session_refreshed', 'Fresh cookies were obtained from Amazon.');
    });
    login = { status: 'accepted' };
  }

  async function refreshDead(): Promise<void> {
    try {
      await refresh(state.cookies);
    } catch (thrown) {
      const failure = asMonitorError(thrown);
      if (failure.type === 'login_needed') state.cookies = null;
      throw failure;
    }
  }

  async function runAuthenticated<T>(work: (cookies: Cookies) => Promise<T>): Promise<T> {
    let fresh = state.cookies === null || areExpired(state.cookies, now());
    if (fresh) await refreshDead();
    for (;;) {
      try {
        const { cookies } = state;
        if (cookies === null) throw new Error('there are no cookies after a refresh');
        return await work(cookies);
      } catch (thrown) {
        if (!(thrown instanceof MonitorError) || thrown.type !== 'unauthorized') throw thrown;
        if (fresh) throw reject(thrown);
        logger.info('session_died', `${thrown.message}; obtaining fresh cookies.`);
      }
      await refreshDead();
      fresh = true;
    }
  }

  function reject(cause: MonitorError): MonitorError {
    const isWithoutCsrf = state.cookies !== null && lacksCsrf(state.cookies);
    state.cookies = null;
    if (isWithoutCsrf) return withoutCsrf(cause);
    state.rejections++;
    const failure = rejected(state.rejections, cause);
    login = state.rejections < REJECTIONS_UNTIL_ALERT ? { status: 'unknown' } : { status: 'needed', error: failure };
    return failure;
  }

  /** A failure here costs nothing yet: the cookies still live. */
  async function renewEarly(): Promise<void> {
    if (state.cookies === null || !areDueForRenewal(state.cookies, now())) return;
    if (renewalFailedRecently(state, now())) return;
    try {
      await refresh(state.cookies);
    } catch (thrown) {
      state.renewal_failed_at = now().toISOString();
      const { message, type } = asMonitorError(thrown);
      logger.warning('renewal_failed', `The cookies could not be renewed early: ${message}`, { error_type: type });
    }
  }

  return {
    get state() {
      return state;
    },
    get login() {
      return login;
    },
    get marketplace() {
      return marketplaceOf(state);
    },
    async run(work) {
      refuseWhileLimited(state, now());
      try {
        const result = await runAuthenticated(work);
        Object.assign(state, { rate_limit: null, rejections: 0 });
        login = { status: 'accepted' };
        await renewEarly();
        return result;
      } catch (thrown) {
        const failure = asMonitorError(thrown);
        // A cycle that failed in another way ends the row of rejected ones.
        if (failure.type !== 'session_rejected') state.rejections = 0;
        if (failure.type === 'login_needed') login = { status: 'needed', error: failure };
        if (failure.type === 'rate_limited') state.rate_limit = rateLimitAfter(state.rate_limit, failure, now());
        throw failure;
      } finally {
        if (JSON.stringify(state) !== onDisk) save();
      }
    },
  };
}

/** Whether no page gave the csrf value, though none refused the cookies: then they may be good all the same. */
export function lacksCsrf({ csrf, csrf_refused: refused = false }: Cookies): boolean {
  return csrf === null && !refused;
}

export function credentialsOf({ jar, csrf }: Cookies): Credentials {
  return { cookieHeader: cookieHeaderOf(jar), csrf };
}

function secretsOf({ cookies, pending_login: pending }: SessionState): string[] {
  return [...(cookies === null ? [] : secretsIn(cookies)), ...(pending === null ? [] : [pending.code_verifier])];
}

export function noToken(): MonitorError {
  return new MonitorError('there is no Amazon refresh token in the secrets file', {
    type: 'login_needed',
    permanent: true,
    remediation: { say: 'Log in', command: 'node bin/auth-amazon.js' },
  });
}
