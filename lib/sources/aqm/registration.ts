/** `POST /auth/register`: the authorization code of a web login becomes a refresh token [docs/internals/amazon.md: Login]. */
import { MonitorError } from '../../errors';
import type { HttpResponse } from '../../http/http';
import { readJsonObject, readObject, unexpectedStatus } from './answer';
import type { Exchange } from './exchange';
import { APP_NAME, APP_VERSION, type LoginHosts } from './hosts';
import { asRecord, asText } from './lenient-json';
import type { PendingLogin } from './session-state';
import { clientIdOf, wrong } from './sign-in';
import { isRefusal } from './token-exchange';

/**
 * @returns the refresh token
 * @throws MonitorError `login_needed` if Amazon refuses the code; anything transient when retries are spent
 */
export function register(hosts: LoginHosts, exchange: Exchange, pending: PendingLogin, code: string): Promise<string> {
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  const body = {
    requested_extensions: ['device_info', 'customer_info'],
    cookies: { website_cookies: [], domain: `.${hosts.marketplace}` },
    registration_data: {
      domain: 'Device',
      app_version: APP_VERSION,
      device_type: 'A2IVLV5VM2W81',
      device_name: `%FIRST_NAME%'s%DUPE_STRATEGY_1ST%${APP_NAME}`,
      os_version: '18.3.1',
      device_serial: pending.device_serial,
      device_model: 'iPhone',
      app_name: APP_NAME,
      software_version: '1',
    },
    auth_data: {
      client_id: clientIdOf(pending),
      authorization_code: code,
      code_verifier: pending.code_verifier,
      code_algorithm: 'SHA-256',
      client_domain: 'DeviceLegacy',
    },
    user_context_map: { frc: randomBytes(313).toString('base64') },
    requested_token_type: ['bearer', 'mac_dms', 'website_cookies'],
  };
  const request = {
    operation: 'aqm.register',
    method: 'POST' as const,
    url: `${hosts.registration}/auth/register`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
  return exchange(request, readRegistration);
}

function readRegistration(response: HttpResponse, endpoint: string): string {
  const { status } = response;
  if (isRefusal(response)) throw refusal('', status);
  if (status >= 300 && status !== 400) throw unexpectedStatus(response, endpoint);
  if (status === 400) {
    const error = asRecord(asRecord(readJsonObject(response, endpoint)['response'])['error']);
    throw refusal(`${asText(error['code']) ?? ''} ${asText(error['message']) ?? ''}`, status);
  }
  const success = asRecord(asRecord(readObject(response, endpoint)['response'])['success']);
  const token = asText(asRecord(asRecord(success['tokens'])['bearer'])['refresh_token']);
  if (token !== null && /^Atnr\|.{15,}$/.test(token)) return token;
  throw new MonitorError(`${endpoint} gave no refresh token`, {
    type: 'login_needed',
    permanent: true,
    endpoint,
    remediation: 'Log in once more: node bin/auth-amazon.js. The former token was not touched.',
  });
}

/** Amazon words it the same for a code that was used, that is another login's, and that never existed. */
function refusal(words: string, status: number): MonitorError {
  if (/expired/i.test(words)) {
    return wrong('This address has expired: it is good for a few minutes. Log in once more, and paste it at once.');
  }
  if (/InvalidToken/i.test(words)) {
    return wrong('Amazon does not accept this address: it was used already, or it belongs to another login.');
  }
  return wrong(`Amazon refuses the login (HTTP ${status}).`);
}
