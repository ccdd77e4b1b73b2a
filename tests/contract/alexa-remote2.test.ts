/**
 * Clients by other authors with Amazon's simulated cloud: what alexa-cookie2 and alexa-remote2 expect of Amazon must be
 * true for ours. They know their hosts by name and ask port 443; an agent of this test leads all of these names to the
 * simulator, over TLS that is verified for the name. Another host is refused.
 */
import https from 'node:https';
import { connect } from 'node:tls';
import { startAqmCloud, type AqmCloud } from '../../lib/simulator/aqm-cloud';
import { createTestAuthority } from '../../lib/simulator/certificates';

type Callback<T> = (error: Error | null, result: T) => void;

/** The parts of both that are used here; alexa-cookie2 has no declarations. */
interface Registration {
  loginCookie: string;
  refreshToken: string;
  amazonPage: string;
  localCookie?: string;
  csrf?: string;
  accessToken?: string;
  tokenDate?: number;
}
interface CookieClient {
  refreshAlexaCookie(options: object, callback: Callback<Registration>): void;
}
interface Appliance {
  applianceId: string;
  entityId: string;
  friendlyName: string;
  applianceTypes: string[];
}
interface States {
  deviceStates: { entity: { entityId: string }; capabilityStates: string[] }[];
  errors: { code: string }[];
}
interface RemoteClient {
  setCookie(registration: Registration): void;
  checkAuthentication(callback: (accepted: boolean | null) => void): void;
  getUsersMe(callback: Callback<{ marketPlaceDomainName: string }>): void;
  getSmarthomeDevicesV2(callback: Callback<{ legacyAppliance: Appliance; serialNumber: unknown }[]>): void;
  querySmarthomeDevices(ids: string[], type: string, callback: Callback<States>): void;
}
/* eslint-disable @typescript-eslint/no-require-imports -- see above */
const cookieClient = require('alexa-cookie2') as CookieClient;
const Remote = require('alexa-remote2') as new () => RemoteClient;
/* eslint-enable @typescript-eslint/no-require-imports */

const MARKETPLACE = 'amazon.co.uk';
const HOSTS = {
  'api.amazon.com': 'api',
  'api.amazonalexa.com': 'api',
  'www.amazon.com': 'www',
  [`www.${MARKETPLACE}`]: 'www',
  'alexa.amazon.com': 'alexa',
  [`alexa.${MARKETPLACE}`]: 'alexa',
} as const;

let cloud: AqmCloud;
const usualAgent = https.globalAgent;
beforeAll(async () => {
  const authority = await createTestAuthority();
  const tls = await authority.server(Object.keys(HOSTS));
  cloud = await startAqmCloud({ tls, marketplace: MARKETPLACE, values: 'fixed' });
  https.globalAgent = leadingTo(cloud, authority.ca);
});
afterAll(async () => {
  https.globalAgent = usualAgent;
  await cloud.close();
});

function leadingTo({ baseUrls }: AqmCloud, ca: string): https.Agent {
  const agent = new https.Agent();
  agent.createConnection = ({ host }) => {
    const name = String(host);
    const listener = (HOSTS as Partial<Record<string, 'api' | 'www' | 'alexa'>>)[name];
    if (listener === undefined) throw new Error(`asked for ${name}`);
    return connect({ host: '127.0.0.1', port: Number(new URL(baseUrls[listener]).port), servername: name, ca });
  };
  return agent;
}

const answer = <T>(ask: (callback: Callback<T>) => void) =>
  new Promise<T>((resolve, reject) => {
    ask((error, result) => (error ? reject(error) : resolve(result)));
  });

const refreshed = (refreshToken: string): Promise<Registration> => {
  const formerRegistrationData = { loginCookie: 'frc=1; map-md=2', refreshToken, amazonPage: MARKETPLACE };
  return answer((callback) => cookieClient.refreshAlexaCookie({ formerRegistrationData }, callback));
};

/** Without its init(), which asks for Echo devices, and begins a login by hand if it does not like an answer. */
async function loggedIn(): Promise<RemoteClient> {
  const remote = new Remote();
  const options = { amazonPage: MARKETPLACE, apiUserAgentPostfix: '' };
  Object.assign(remote, { _options: options, baseUrl: `alexa.${MARKETPLACE}`, lastAuthCheck: Date.now() });
  remote.setCookie(await refreshed(cloud.account.refreshToken));
  return remote;
}

test('alexa-cookie2 refreshes: an access token, cookies of the marketplace, a csrf value', async () => {
  const registration = await refreshed(cloud.account.refreshToken);
  expect(registration.accessToken).toMatch(/^Atna\|/);
  expect(registration.localCookie).toMatch(/at-acbuk=/);
  expect(registration.csrf).toMatch(/^-?\d+$/);
});

test('alexa-cookie2 is refused with a token that is not valid', async () => {
  await expect(refreshed('Atnr|another-token-of-nobody')).rejects.toThrow('No new access token');
});

test('alexa-remote2 logs in with these cookies, lists the monitors and reads their state', async () => {
  const remote = await loggedIn();
  expect(await new Promise((resolve) => remote.checkAuthentication(resolve))).toBe(true);
  const me = await answer<{ marketPlaceDomainName: string }>((callback) => remote.getUsersMe(callback));
  expect(me.marketPlaceDomainName).toBe(`https://www.${MARKETPLACE}`);

  const items = await answer<{ legacyAppliance: Appliance; serialNumber: unknown }[]>((callback) =>
    remote.getSmarthomeDevicesV2(callback),
  );
  const listed = items.filter(({ legacyAppliance }) => legacyAppliance.friendlyName === cloud.monitor(1).name);
  expect(listed).toMatchObject([
    {
      legacyAppliance: { entityId: cloud.monitor(1).entityId, applianceTypes: ['AIR_QUALITY_MONITOR'] },
      serialNumber: { value: { text: cloud.monitor(1).serial } },
    },
  ]);

  const ids = cloud.state.monitors.map(({ applianceId }) => applianceId);
  const states = await answer<States>((callback) => remote.querySmarthomeDevices(ids, 'APPLIANCE', callback));
  expect(states.deviceStates.map(({ entity }) => entity.entityId)).toEqual(ids);
  expect(states.errors).toEqual([]);
  expect(states.deviceStates[0]?.capabilityStates.join()).toContain('Alexa.TemperatureSensor');
});
