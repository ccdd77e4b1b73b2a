/** The Alexa web API as far as it is needed: which monitors there are, what they measure, and where the account lives. */
import { marketplaceOf } from '../../config/marketplaces';
import { MonitorError } from '../../errors';
import type { HttpResponse } from '../../http/http';
import type { Redact } from '../../logging/redact';
import type { DeviceTexts } from '../device-text';
import { IF_IT_STAYS, readObject } from './answer';
import { readEndpoints, readListEndpoints, type Discovery, type Monitor, type StateEntity } from './discovery';
import { statesOfEndpoints } from './endpoint-states';
import { refuseThrottled, type AmazonRequest, type Exchange } from './exchange';
import { readGraphql } from './graphql-answer';
import { APP_VERSION, type AmazonHosts } from './hosts';
import { asText } from './lenient-json';
import { ENDPOINTS_QUERY, ENDPOINT_STATES_QUERY, LIST_ENDPOINTS_QUERY } from './queries';
import type { StateAnswer } from './readings';

/** What a logged-in request carries. */
export interface Credentials {
  /** the value of the `Cookie` header */
  cookieHeader: string;
  /** null if Amazon gave none */
  csrf: string | null;
}

export type AskOptions = Pick<AmazonRequest, 'once'>;

/** What is asked in addition to a reading has one try a cycle. */
export const ONE_TRY: AskOptions = { once: true };

/** All of it throws a MonitorError, `unauthorized` if the cookies are dead. */
export interface AqmClient {
  /** the list, by the usual way */
  listByEndpoints(credentials: Credentials, options?: AskOptions): Promise<Discovery>;
  /** the list, by the other way; what it does not tell is taken from the known monitors */
  listByListEndpoints(credentials: Credentials, known: readonly Monitor[], options?: AskOptions): Promise<Discovery>;
  /** the states of all monitors in one request, by the usual way */
  readStates(credentials: Credentials, entities: StateEntity[], options?: AskOptions): Promise<StateAnswer>;
  /** the same by the other way */
  readEndpointStates(
    credentials: Credentials,
    monitors: readonly Monitor[],
    options?: AskOptions,
  ): Promise<StateAnswer>;
  /** the marketplace whose Alexa host Amazon sends this account to; null if it is none that is known */
  readWelcome: (credentials: Credentials) => Promise<string | null>;
  /** the marketplace of the account; not always where its devices are */
  readAccount: (credentials: Credentials) => Promise<string | null>;
}

/** @param redact for what is quoted of an answer */
export function createAqmClient(hosts: AmazonHosts, exchange: Exchange, texts: DeviceTexts, redact: Redact): AqmClient {
  const read = (response: HttpResponse, endpoint: string) => {
    const answer = readObject(response, endpoint);
    texts.decoded(response.body);
    return answer;
  };
  const post = <T>(
    credentials: Credentials,
    { operation, path, body, options = {} }: { operation: string; path: string; body: unknown; options?: AskOptions },
    interpret: (answer: Record<string, unknown>, endpoint: string) => T,
  ) => {
    const url = `${hosts.alexa}${path}`;
    const request = { operation, method: 'POST' as const, url, headers: alexaHeaders(hosts, credentials) };
    return exchange({ ...request, body: JSON.stringify(body), ...options }, (response, endpoint) =>
      interpret(read(response, endpoint), endpoint),
    );
  };
  const ask = <T>(
    credentials: Credentials,
    { operation, query, options = {} }: { operation: string; query: string; options?: AskOptions | undefined },
    interpret: (answer: Record<string, unknown>, endpoint: string) => T,
  ) => post(credentials, { operation, path: '/nexus/v1/graphql', body: { query }, options }, interpret);
  const readHost = (credentials: Credentials, operation: string, path: string, key: string) => {
    const url = `${hosts.alexa}${path}`;
    const request = { operation, method: 'GET' as const, url, headers: alexaHeaders(hosts, credentials), ...ONE_TRY };
    return exchange(request, (response, endpoint) => marketplaceOf(asText(readObject(response, endpoint)[key]) ?? ''));
  };

  return {
    listByEndpoints: (credentials, options) =>
      ask(credentials, { operation: 'aqm.discover', query: ENDPOINTS_QUERY, options }, (answer, endpoint) =>
        readEndpoints(readGraphql(answer, { endpoint, field: 'endpoints', list: 'items', redact }), texts.own),
      ),
    listByListEndpoints: (credentials, known, options) =>
      ask(credentials, { operation: 'aqm.discover', query: LIST_ENDPOINTS_QUERY, options }, (answer, endpoint) =>
        readListEndpoints(
          readGraphql(answer, { endpoint, field: 'listEndpoints', list: 'endpoints', redact }),
          known,
          texts.own,
        ),
      ),
    readStates: (credentials, stateRequests, options = {}) =>
      post(
        credentials,
        { operation: 'aqm.read_states', path: '/api/phoenix/state', body: { stateRequests }, options },
        readStateAnswer,
      ),
    readEndpointStates: (credentials, monitors, options) =>
      ask(credentials, { operation: 'aqm.read_states', query: ENDPOINT_STATES_QUERY, options }, (answer, endpoint) => {
        const { elements } = readGraphql(answer, { endpoint, field: 'listEndpoints', list: 'endpoints', redact });
        return statesOfEndpoints(elements, monitors);
      }),
    readWelcome: (credentials) => readHost(credentials, 'aqm.read_welcome', '/api/welcome', 'alexaHostName'),
    readAccount: (credentials) =>
      readHost(
        credentials,
        'aqm.read_account',
        `/api/users/me?platform=ios&version=${APP_VERSION}`,
        'marketPlaceDomainName',
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
    remediation: IF_IT_STAYS,
  });
}
