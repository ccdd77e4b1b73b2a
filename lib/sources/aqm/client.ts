/** The Alexa web API as far as it is needed: which monitors there are, and what they measure. */
import { MonitorError } from '../../errors';
import type { HttpResponse } from '../../http/http';
import { excerptOf, type Redact } from '../../logging/redact';
import type { DeviceTexts } from '../device-text';
import { DISCOVERY_QUERY, readDiscovery, type Discovery, type StateEntity } from './discovery';
import { readObject, refuseThrottled, type AmazonRequest, type Exchange } from './exchange';
import type { AmazonHosts } from './hosts';
import { asRecord, asText } from './lenient-json';
import type { StateAnswer } from './readings';

/** What a logged-in request carries. */
export interface Credentials {
  /** the value of the `Cookie` header */
  cookieHeader: string;
  /** null if Amazon gave none */
  csrf: string | null;
}

export type AskOptions = Pick<AmazonRequest, 'once'>;

export interface AlexaClient {
  /** @throws MonitorError `unauthorized` if the cookies are dead */
  discover(credentials: Credentials, options?: AskOptions): Promise<Discovery>;
  /** The states of all monitors in one request. @throws MonitorError `unauthorized` if the cookies are dead */
  readStates(credentials: Credentials, entities: StateEntity[], options?: AskOptions): Promise<StateAnswer>;
}

/** @param redact for what is quoted of an answer */
export function createAlexaClient(
  hosts: AmazonHosts,
  exchange: Exchange,
  texts: DeviceTexts,
  redact: Redact,
): AlexaClient {
  const post = (credentials: Credentials, operation: string, path: string, body: unknown) => ({
    operation,
    method: 'POST' as const,
    url: `${hosts.alexa}${path}`,
    headers: alexaHeaders(hosts, credentials),
    body: JSON.stringify(body),
  });
  const read = (response: HttpResponse, endpoint: string) => {
    const answer = readObject(response, endpoint);
    texts.decoded(response.body);
    return answer;
  };
  return {
    discover: (credentials, options = {}) =>
      exchange(
        { ...post(credentials, 'aqm.discover', '/nexus/v1/graphql', { query: DISCOVERY_QUERY }), ...options },
        (response, endpoint) => readEndpoints(read(response, endpoint), endpoint, texts, redact),
      ),
    readStates: (credentials, stateRequests, options = {}) =>
      exchange(
        { ...post(credentials, 'aqm.read_states', '/api/phoenix/state', { stateRequests }), ...options },
        (response, endpoint) => readStateAnswer(read(response, endpoint), endpoint),
      ),
  };
}

/** The headers of a logged-in request to the Alexa host. */
export function alexaHeaders(hosts: AmazonHosts, { cookieHeader, csrf }: Credentials): Record<string, string> {
  return {
    'Content-Type': 'application/json; charset=utf-8',
    Cookie: cookieHeader,
    Referer: `${hosts.alexa}/spa/index.html`,
    Origin: hosts.alexa,
    ...(csrf === null ? {} : { csrf }),
  };
}

/**
 * GraphQL answers dead cookies with HTTP 200 and an error `FORBIDDEN`; errors together with devices mean a part of a
 * list.
 */
function readEndpoints(
  answer: Record<string, unknown>,
  endpoint: string,
  texts: DeviceTexts,
  redact: Redact,
): Discovery {
  const items = asRecord(asRecord(answer['data'])['endpoints'])['items'];
  const errors = Array.isArray(answer['errors']) ? answer['errors'].map(asRecord) : [];
  if (Array.isArray(items) && (items.length > 0 || errors.length === 0)) {
    const complaints = errors.length === 0 ? [] : [saidIn(errors, redact) ?? 'Amazon sends an error with it'];
    return readDiscovery(items, complaints, texts.own);
  }
  const codes = errors.map((error) => asText(asRecord(error['extensions'])['errorCode']) ?? '');
  if (codes.some((code) => /FORBIDDEN|UNAUTH/i.test(code))) {
    throw new MonitorError('Amazon refuses the session (GraphQL FORBIDDEN)', {
      type: 'unauthorized',
      permanent: true,
      endpoint,
      remediation: { say: 'Check the login', command: 'node bin/auth-amazon.js --check' },
    });
  }
  refuseThrottled(JSON.stringify(errors), endpoint);
  const said = saidIn(errors, redact);
  throw unexpected(`no device list${said === null ? '' : `: ${said}`}`, endpoint);
}

function saidIn(errors: Record<string, unknown>[], redact: Redact): string | null {
  const messages = errors.map(
    (error) => asText(error['message']) ?? asText(asRecord(error['extensions'])['errorCode']),
  );
  const said = messages.find((message) => message !== null) ?? null;
  return said === null ? null : excerptOf(said, 120, redact);
}

function readStateAnswer(answer: Record<string, unknown>, endpoint: string): StateAnswer {
  const { deviceStates, errors } = answer;
  const failures: unknown[] = Array.isArray(errors) ? errors : [];
  if (!Array.isArray(deviceStates)) {
    if (failures.length === 0) throw unexpected('no device states', endpoint);
    refuseThrottled(JSON.stringify(failures), endpoint);
    return { deviceStates: [], errors: failures };
  }
  if (deviceStates.length + failures.length === 0) throw unexpected('nothing about any monitor', endpoint);
  if (deviceStates.length === 0) refuseThrottled(JSON.stringify(failures), endpoint);
  return { deviceStates, errors: failures };
}

function unexpected(what: string, endpoint: string): MonitorError {
  return new MonitorError(`the answer of ${endpoint} holds ${what}`, {
    type: 'invalid_response',
    endpoint,
    remediation: 'Nothing to do if this goes away by itself; if it stays, Amazon may have changed its API.',
  });
}
