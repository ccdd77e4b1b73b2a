/** What an answer of Amazon means by its status, by where it leads, and by the form of its body. */
import { MonitorError } from '../../errors';
import type { HttpResponse } from '../../http/http';
import { decodeText } from '../device-text';
import { refuseThrottled } from './exchange';
import { parsed } from './lenient-json';

/**
 * The object inside a 200 answer.
 * @throws MonitorError `unauthorized` for 401, 403 and a redirect to the sign-in page (permanent: other cookies are
 *   needed), `http` for other statuses, `invalid_response` for HTML, for an empty, cut or foreign body.
 */
export function readObject(response: HttpResponse, endpoint: string): Record<string, unknown> {
  const { status } = response;
  const isLedToSignIn = leadsToSignIn(response, endpoint);
  if (status === 401 || status === 403 || isLedToSignIn) {
    const how = isLedToSignIn ? 'it leads to the sign-in page' : `HTTP ${status}`;
    throw new MonitorError(`Amazon refuses the session (${how})`, {
      type: 'unauthorized',
      permanent: true,
      endpoint,
      remediation: { say: 'Check the login', command: 'node bin/auth-amazon.js --check' },
    });
  }
  if (status !== 200) throw unexpectedStatus(response, endpoint);
  return readJsonObject(response, endpoint);
}

/** What Amazon does with dead cookies on its pages, and sometimes on its API. */
export function leadsToSignIn(response: HttpResponse, endpoint: string): boolean {
  return redirectOf(response, endpoint)?.pathname.startsWith('/ap/signin') === true;
}

/** Where a redirect leads; null for any other answer. */
function redirectOf(response: HttpResponse, endpoint: string): URL | null {
  const location = response.header('location');
  if (response.status < 300 || response.status >= 400 || location === null) return null;
  const asked = endpoint.slice(endpoint.indexOf(' ') + 1);
  return URL.canParse(location, asked) ? new URL(location, asked) : null;
}

/** The address does not answer as an API any more: retried like everything else, but there may be another way. */
export class AddressGone extends MonitorError {}

const GONE: readonly number[] = [299, 404, 410];

/** A status that nobody expects here: a proxy, a page that is being moved. It may be gone a moment later. */
export function unexpectedStatus(response: HttpResponse, endpoint: string): MonitorError {
  const { status } = response;
  const target = redirectOf(response, endpoint);
  const what =
    target === null ? `HTTP ${status}` : `HTTP ${status}, a redirect to ${target.host}, which is not followed`;
  const Failure = GONE.includes(status) ? AddressGone : MonitorError;
  return new Failure(`unexpected answer from ${endpoint}: ${what}`, {
    type: 'http',
    permanent: target !== null,
    endpoint,
    remediation: IF_IT_STAYS,
  });
}

export const IF_IT_STAYS =
  'Nothing to do if this goes away by itself. If it stays so, Amazon has changed its API: look for a newer version of ' +
  'this program.';

/** The object in a body, with any status. @throws MonitorError `invalid_response` */
export function readJsonObject(response: HttpResponse, endpoint: string): Record<string, unknown> {
  const text = decodeText(response.body).trim();
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const answer = value as Record<string, unknown>;
    const { message, Message, __type, code, error } = answer;
    refuseThrottled([message, Message, __type, code, error].join(' '), endpoint);
    return answer;
  }
  refuseThrottled(text, endpoint);
  const isPage = text.startsWith('<');
  const Failure = isPage ? AddressGone : MonitorError;
  throw new Failure(
    isPage ? `${endpoint} answered with a web page` : `${endpoint} gave ${describeBody(text)} instead of JSON`,
    {
      type: 'invalid_response',
      endpoint,
      remediation: IF_IT_STAYS,
    },
  );
}

function describeBody(text: string): string {
  return text === '' ? 'an empty answer' : `${text.length} characters that are not an object`;
}
