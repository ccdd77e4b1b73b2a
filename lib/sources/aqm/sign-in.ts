/**
 * The web login: an address to open in any browser on any machine, and the address of the page where it ends, pasted
 * back. The secret that stays here (the code verifier) makes both useless to anybody else [docs/internals/amazon.md: Login].
 */
import { MonitorError } from '../../errors';
import type { LoginHosts } from './hosts';
import type { PendingLogin } from './session-state';

/** `#A2IVLV5VM2W81`, the type of the device we register as, in hex */
const DEVICE_TYPE_HEX = '23413249564c5635564d32573831';

/** Makes what one login needs: a new device of ours, and a secret that only this machine has. */
export function beginLogin(marketplace: string, now: Date): PendingLogin {
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  return {
    marketplace,
    device_serial: randomBytes(16).toString('hex').toUpperCase(),
    code_verifier: randomBytes(32).toString('base64url'),
    started_at: now.toISOString(),
  };
}

/** How Amazon calls our device: the hex of its serial, then of its type. */
export function clientIdOf({ device_serial: serial }: PendingLogin): string {
  return Buffer.from(serial).toString('hex') + DEVICE_TYPE_HEX;
}

/** The address to log in at. It holds no secret. */
export function signInUrl(hosts: LoginHosts, pending: PendingLogin): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const handle = assocHandleOf(hosts.marketplace);
  const specification = 'http://specs.openid.net';
  const parameters = {
    'openid.return_to': `${hosts.signIn}/ap/maplanding`,
    'openid.assoc_handle': handle,
    'openid.identity': `${specification}/auth/2.0/identifier_select`,
    pageId: handle,
    accountStatusPolicy: 'P1',
    'openid.claimed_id': `${specification}/auth/2.0/identifier_select`,
    'openid.mode': 'checkid_setup',
    'openid.ns.oa2': `http://www.${hosts.marketplace}/ap/ext/oauth/2`,
    'openid.oa2.client_id': `device:${clientIdOf(pending)}`,
    'openid.ns.pape': `${specification}/extensions/pape/1.0`,
    'openid.oa2.response_type': 'code',
    'openid.ns': `${specification}/auth/2.0`,
    'openid.pape.max_auth_age': '0',
    'openid.oa2.scope': 'device_auth_access',
    'openid.oa2.code_challenge_method': 'S256',
    'openid.oa2.code_challenge': createHash('sha256').update(pending.code_verifier).digest('base64url'),
    language: 'en_US',
  };
  return `${hosts.signIn}/ap/signin?${new URLSearchParams(parameters).toString()}`;
}

/** `amzn_dp_project_dee_ios`, at amazon.co.jp with `_jp` */
function assocHandleOf(marketplace: string): string {
  return `amzn_dp_project_dee_ios${marketplace === 'amazon.co.jp' ? '_jp' : ''}`;
}

/**
 * The authorization code in the address that the user pasted. Line wraps of a terminal, quotes and blanks do not
 * matter.
 * @throws MonitorError `login_needed`, saying what is wrong with the address
 */
export function readLanding(pasted: string, hosts: LoginHosts): string {
  const text = tidy(pasted);
  if (text === '') throw wrong('No address was given.');
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address) || !text.includes('.')) throw wrong('This is not an address.');
  const url = new URL(address);
  const expected = new URL(hosts.signIn);
  if (url.host !== expected.host) {
    throw wrong(`This address belongs to ${url.host}; the login ends at ${expected.host}.`);
  }
  if (url.pathname.startsWith('/ap/signin')) throw wrong('This is still the sign-in page: log in there first.');
  if (url.pathname.replace(/\/$/, '') !== '/ap/maplanding') {
    throw wrong(`This address is not the one the login ends at (${expected.host}/ap/maplanding?…).`);
  }
  const mode = url.searchParams.get('openid.mode');
  if (mode !== null && mode !== 'id_res')
    throw wrong(`Amazon did not accept the login (openid.mode is ${mode.slice(0, 20)}).`);
  const handle = url.searchParams.get('openid.assoc_handle');
  if (handle !== null && handle !== assocHandleOf(hosts.marketplace)) {
    throw wrong('This address comes from the login of another program or another marketplace.');
  }
  const code = url.searchParams.get('openid.oa2.authorization_code') ?? '';
  if (code === '') throw wrong('This address holds no authorization code: it may have been cut short.');
  return code;
}

/** The address without what copying put around it and into it; an address has neither blanks nor quotes. */
function tidy(pasted: string): string {
  return pasted.replace(/[\s"'`<>\u00ab\u00bb\u2018-\u201f\u200b\ufeff]+/g, '').replace(/&amp;/g, '&');
}

/** A login that has to be begun again, or an address that has to be pasted again. */
export function wrong(message: string): MonitorError {
  return new MonitorError(message, {
    type: 'login_needed',
    permanent: true,
    remediation: {
      say: 'Paste the whole address of the page where the login ends',
      command: 'node bin/auth-amazon.js',
    },
  });
}
