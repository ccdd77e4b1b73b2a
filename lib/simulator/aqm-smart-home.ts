/** alexa. of the simulated cloud: discovery by GraphQL, the monitors' state, the account, the csrf cookie. */
import type { AqmAccount, IssuedCookies } from './aqm-account';
import { answerGraphql } from './aqm-graphql';
import { capabilityStatesOf, type Monitor } from './aqm-monitors';
import { html, json, text, type Answer, type SimulatedRequest } from './answer';
import { FORBIDDEN_GRAPHQL } from './faults';
import type { Random } from './random';

export interface CloudState {
  account: AqmAccount;
  monitors: Monitor[];
  values: 'fixed' | 'drift';
  /** recorded bodies, answered as they are */
  discoveryBody: string | Buffer | undefined;
  stateBody: string | Buffer | undefined;
  /** the path that sets the csrf cookie; the others of the list do not */
  csrfPath: string;
  /** whether listEndpoints says that it shows all */
  completeResult: boolean;
  random: Random;
}

/** Amazon compresses what it sends. */
const PACKED = { vary: 'accept-encoding' };

export function answerAlexa(state: CloudState, request: SimulatedRequest): Answer {
  const { method, path, headers } = request;
  const { account } = state;
  if (path === '/api/phoenix' && method === 'GET') return text('', 'text/html', 299);
  const isGraphql = path === '/nexus/v1/graphql' && method === 'POST';
  if (!isGraphql && !path.startsWith('/api/') && path !== state.csrfPath) return html();

  const session = account.sessionOf(headers.cookie);
  const isAllowed = session !== undefined && (method === 'GET' || headers['csrf'] === session.csrf);
  if (!isAllowed) return isGraphql ? FORBIDDEN_GRAPHQL() : deadCookies(account);
  if (path === state.csrfPath) return csrf(session);
  if (isGraphql) return graphql(state, session, request);
  if (path === '/api/phoenix/state' && method === 'POST') return deviceStates(state, session, request);
  if (path === '/api/users/me') return json(user(account.tells.shopsAt), 200, PACKED);
  if (path === '/api/welcome') return json({ alexaHostName: account.tells.alexaHost }, 200, PACKED);
  if (path === '/api/customer-status') return json({ customerStatus: 'ACTIVE', hasOptedIn: true });
  if (path === '/api/bootstrap') return json({ authentication: { authenticated: true, customerName: 'Sam' } });
  // An account without an Echo has no access there, although its login works.
  if (path.startsWith('/api/devices-v2')) return text('', 'text/html', 403);
  if (path === '/api/language' || path === '/api/strings') return json({});
  return html();
}

function deadCookies(account: AqmAccount): Answer {
  const loginUrl =
    'https://www.amazon.com/ap/signin?showRmrMe=1&openid.return_to=https%3A%2F%2Falexa.amazon.com%2Flogin';
  return text('', 'text/html', account.deadCookieStatus, { loginurl: loginUrl, 'x-cache': 'Error from cloudfront' });
}

function csrf({ csrf, marketplace }: IssuedCookies): Answer {
  return json({ language: 'en-US' }, 200, {
    'set-cookie': [
      `csrf=${csrf}; Version=1; Domain=.${marketplace}; Path=/; Expires=Tue, 19 Jan 2038 03:14:07 GMT; Secure`,
    ],
  });
}

function graphql(state: CloudState, session: IssuedCookies, { body, at }: SimulatedRequest): Answer {
  if (state.discoveryBody !== undefined) return text(state.discoveryBody, 'application/json', 200, PACKED);
  const { monitors, completeResult } = state;
  if (state.values === 'drift' && body.includes('properties')) for (const one of monitors) drift(one, state.random);
  return answerGraphql(body, { monitors, isAtHome: isAtHome(state, session), now: at, completeResult });
}

/** Cookies of another marketplace are good, but the account owns nothing there. */
const isAtHome = ({ account }: CloudState, session: IssuedCookies) => session.marketplace === account.marketplace;

interface StateRequest {
  entityId: string;
  entityType: string;
}

function deviceStates(state: CloudState, session: IssuedCookies, request: SimulatedRequest): Answer {
  if (state.stateBody !== undefined) return text(state.stateBody, 'application/json', 200, PACKED);
  let wanted: StateRequest[];
  try {
    wanted = (JSON.parse(request.body) as { stateRequests: StateRequest[] }).stateRequests.map((one) => ({ ...one }));
  } catch {
    return json({ message: 'Malformed request' }, 400);
  }
  const found: unknown[] = [];
  const errors: unknown[] = [];
  for (const { entityId, entityType } of wanted) {
    const monitor = isAtHome(state, session) ? monitorFor(state.monitors, entityId, entityType) : undefined;
    const entity = { entityId, entityType };
    if (monitor === undefined) {
      errors.push({
        code: 'TargetApplianceNotFoundException',
        message: 'No appliance found for target!',
        data: null,
        entity,
      });
    } else if (monitor.connectivity === 'gone') {
      errors.push({ code: 'ENDPOINT_UNREACHABLE', data: null, entity, message: null });
    } else {
      if (state.values === 'drift') drift(monitor, state.random);
      found.push({ entity, capabilityStates: capabilityStatesOf(monitor, request.at), error: null });
    }
  }
  return json({ deviceStates: found, errors }, 200, PACKED);
}

function monitorFor(monitors: Monitor[], id: string, type: string): Monitor | undefined {
  if (type === 'ENTITY') return monitors.find(({ entityId }) => entityId === id);
  if (type === 'APPLIANCE') return monitors.find(({ applianceId }) => applianceId === id);
  return undefined;
}

function drift(monitor: Monitor, random: Random): void {
  if (monitor.temperature !== null) monitor.temperature += random.between(-1, 1) / 4;
  for (const quantity of Object.values(monitor.quantities)) {
    if (quantity.value === null) continue;
    quantity.value = Math.min(quantity.maximum, Math.max(0, quantity.value + random.between(-1, 1)));
  }
}

const user = (marketplace: string) => ({
  countryOfResidence: 'US',
  effectiveMarketPlaceId: 'ATVPDKIKX0DER',
  email: 'sam@example.com',
  fullName: 'Sam',
  id: 'A0SIMULATED',
  marketPlaceDomainName: `https://www.${marketplace}`,
  marketPlaceId: 'ATVPDKIKX0DER',
  marketPlaceLocale: 'en-US',
});
