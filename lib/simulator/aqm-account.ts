/** The account behind the simulated cloud: which tokens and cookies are valid, and until when. */
import { createHash, randomBytes } from 'node:crypto';

export interface AccountOptions {
  /** the marketplace the account lives in; default amazon.com */
  marketplace?: string;
  /** what the account says of itself; default: its marketplace */
  tells?: { alexaHost?: string; shopsAt?: string };
  /** default one that looks like a real one */
  refreshToken?: string;
  /** milliseconds since 1970 */
  now?: () => number;
}

export interface IssuedCookies {
  /** the domain they were asked for, without the dot: `amazon.com` */
  marketplace: string;
  /** what the client must send, with or without quotes */
  values: Record<string, string>;
  csrf: string;
  /** milliseconds since 1970 */
  expiresAt: number;
}

interface AuthorizationCode {
  codeChallenge: string;
  clientId: string;
  expiresAt: number;
}

/** of `at-*` and `sess-at-*`, without which there is no access */
const COOKIE_LIFE_MS = 86_400_000;
const CODE_LIFE_MS = 5 * 60_000;

export class AqmAccount {
  readonly marketplace: string;
  /** `alexaHostName` of /api/welcome, and the marketplace of /api/users/me */
  readonly tells: { alexaHost: string; shopsAt: string };
  readonly now: () => number;
  /** the only one that is accepted; '' = revoked */
  refreshToken: string;
  /** the answer to dead cookies on /api/* */
  deadCookieStatus: 401 | 403 = 401;
  /** cookies are given out and then refused: the session_rejected case */
  refuseFreshCookies = false;
  private sessions: IssuedCookies[] = [];
  private readonly codes = new Map<string, AuthorizationCode>();
  private cookieUsesLeft = Infinity;

  constructor(options: AccountOptions = {}) {
    this.marketplace = options.marketplace ?? 'amazon.com';
    this.tells = { alexaHost: `alexa.${this.marketplace}`, shopsAt: this.marketplace, ...options.tells };
    this.now = options.now ?? Date.now;
    this.refreshToken = options.refreshToken ?? 'Atnr|simulated-refresh-token-0001';
  }

  /** The browser's part of a login: a code for this PKCE challenge, good once and for five minutes. */
  issueCode(codeChallenge: string, clientId: string): string {
    const code = `AN${randomBytes(9).toString('hex')}`;
    this.codes.set(code, { codeChallenge, clientId, expiresAt: this.now() + CODE_LIFE_MS });
    return code;
  }

  /** Takes a code back: `ok` if it was ours, fresh, unused, and the verifier fits. Any try uses a code up. */
  redeemCode(code: string, codeVerifier: string, clientId: string): 'ok' | 'expired' | 'invalid' {
    const issued = this.codes.get(code);
    this.codes.delete(code);
    if (issued === undefined || issued.clientId !== clientId) return 'invalid';
    if (this.now() > issued.expiresAt) return 'expired';
    return createHash('sha256').update(codeVerifier).digest('base64url') === issued.codeChallenge ? 'ok' : 'invalid';
  }

  /** A new refresh token; the former one is dead. */
  rotateRefreshToken(): string {
    this.refreshToken = `Atnr|${randomBytes(24).toString('base64url')}`;
    return this.refreshToken;
  }

  revokeRefreshToken(): void {
    this.refreshToken = '';
  }

  acceptsRefreshToken(token: string | null | undefined): boolean {
    return this.refreshToken !== '' && token === this.refreshToken;
  }

  issueCookies(marketplace: string): IssuedCookies {
    const suffix = COOKIE_SUFFIXES[marketplace] ?? 'main';
    const digits = () => String(randomBytes(4).readUInt32BE()).padStart(10, '0').slice(0, 7);
    const issued: IssuedCookies = {
      marketplace,
      values: {
        'session-id': `130-${digits()}-${digits()}`,
        [`ubid-${suffix}`]: `131-${digits()}-${digits()}`,
        'session-token': randomBytes(48).toString('base64'),
        [`at-${suffix}`]: `Atza|${randomBytes(48).toString('base64url')}`,
        [`sess-at-${suffix}`]: randomBytes(32).toString('base64'),
      },
      csrf: String(randomBytes(4).readInt32BE()),
      expiresAt: this.now() + COOKIE_LIFE_MS,
    };
    this.sessions.push(issued);
    return issued;
  }

  /** The live session these request cookies belong to; every question counts for `expireCookiesAfter`. */
  sessionOf(cookieHeader: string | undefined): IssuedCookies | undefined {
    if (this.refuseFreshCookies || cookieHeader === undefined) return undefined;
    if (this.cookieUsesLeft <= 0) {
      this.expireCookies();
      return undefined;
    }
    const sent = parseCookies(cookieHeader);
    const found = this.sessions.find(
      ({ values, expiresAt }) =>
        expiresAt > this.now() && Object.entries(values).every(([name, value]) => sent.get(name) === value),
    );
    if (found !== undefined) this.cookieUsesLeft--;
    return found;
  }

  /** All cookies given out so far are dead from now on. */
  expireCookies(): void {
    this.sessions = [];
    this.cookieUsesLeft = Infinity;
  }

  /** The cookies die after this many more requests with them. */
  expireCookiesAfter(requests: number): void {
    this.cookieUsesLeft = requests;
  }
}

const COOKIE_SUFFIXES: Record<string, string> = {
  'amazon.com': 'main',
  'amazon.co.uk': 'acbuk',
  'amazon.de': 'acbde',
  'amazon.fr': 'acbfr',
  'amazon.it': 'acbit',
  'amazon.es': 'acbes',
  'amazon.co.jp': 'acbjp',
  'amazon.in': 'acbin',
  'amazon.ca': 'acbca',
  'amazon.com.au': 'acbau',
};

export function parseCookies(header: string): Map<string, string> {
  const pairs = header.split(/;\s*/).map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    // Some clients send the values in the quotes that they came in, and Amazon accepts them.
    return [pair.slice(0, equals), pair.slice(equals + 1).replace(/^"(.*)"$/, '$1')];
  });
  return new Map(pairs);
}
