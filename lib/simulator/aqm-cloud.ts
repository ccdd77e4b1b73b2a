/**
 * Amazon's cloud, simulated: three listeners play alexa., www. and api. of one marketplace, so that a request to the
 * wrong host shows. It really checks cookies, csrf and tokens.
 */
import { AqmAccount, type AccountOptions } from './aqm-account';
import { graphqlLine } from './aqm-graphql';
import { answerApi, answerWww } from './aqm-login';
import { monitors as makeMonitors, type Monitor } from './aqm-monitors';
import { answerAlexa, type CloudState } from './aqm-smart-home';
import type { Answer, SimulatedRequest } from './answer';
import { createFaultScript, type FaultScript } from './fault-script';
import { FAST_LINK, type Link } from './misbehave';
import { seededRandom } from './random';
import { startServer, type ServerIdentity } from './server';

export interface AqmCloudOptions extends AccountOptions {
  /** how many, or these; default 2 */
  monitors?: number | Monitor[];
  /** `fixed`: the same values at every request; `drift` (default): they change a little */
  values?: 'fixed' | 'drift';
  /** for the monitors and their drift; default 1 */
  seed?: number;
  link?: Partial<Link>;
  /** HTTPS with this certificate, else plain HTTP */
  tls?: ServerIdentity;
  /** recorded bodies, answered as they are */
  discoveryBody?: string | Buffer;
  stateBody?: string | Buffer;
}

export interface AqmCloud {
  /** for `amazon_aqm.base_urls` */
  baseUrls: { alexa: string; www: string; api: string };
  /** tokens, cookies: expire, revoke, rotate */
  account: AqmAccount;
  /** read at every request: change it as you like */
  state: CloudState;
  faults: FaultScript;
  link: Link;
  /** every request so far, oldest first, with the host it came to */
  requests: SimulatedRequest[];
  /**
   * The monitor with this name or number from 1.
   * @throws RangeError if there is none
   */
  monitor(nameOrNumber: string | number): Monitor;
  /**
   * Does what the user does with the sign-in address: logs in, and brings back the `maplanding` address.
   * @throws RangeError if Amazon would not show a sign-in page for it
   */
  signIn(signInUrl: string): string;
  close(): Promise<void>;
}

export async function startAqmCloud(options: AqmCloudOptions = {}): Promise<AqmCloud> {
  const { monitors = 2, values = 'drift', seed = 1, now = Date.now } = options;
  const account = new AqmAccount(options);
  const state: CloudState = {
    account,
    monitors: typeof monitors === 'number' ? makeMonitors(monitors, seed) : monitors,
    values,
    discoveryBody: options.discoveryBody,
    stateBody: options.stateBody,
    csrfPath: '/api/language',
    completeResult: true,
    random: seededRandom(seed),
  };
  const faults = createFaultScript();
  const requests: SimulatedRequest[] = [];
  const link = { ...FAST_LINK, ...options.link };
  const secondLine = ({ path, body }: SimulatedRequest) => (path === '/nexus/v1/graphql' ? graphqlLine(body) : null);
  const listen = (name: string, answer: (request: SimulatedRequest) => Answer) => {
    const common = { name, answer, faults, link, requests, now, secondLine };
    return startServer(options.tls === undefined ? common : { ...common, tls: options.tls });
  };
  const [alexa, www, api] = await Promise.all([
    listen('alexa', (request) => answerAlexa(state, request)),
    listen('www', (request) => answerWww(account, request)),
    listen('api', (request) => answerApi(account, request)),
  ]);
  return {
    baseUrls: { alexa: alexa.url, www: www.url, api: api.url },
    account,
    state,
    faults,
    link,
    requests,
    monitor(nameOrNumber) {
      const found =
        typeof nameOrNumber === 'number'
          ? state.monitors[nameOrNumber - 1]
          : state.monitors.find(({ name }) => name === nameOrNumber);
      if (found === undefined) throw new RangeError(`no monitor ${nameOrNumber}`);
      return found;
    },
    signIn(signInUrl) {
      const { pathname, searchParams } = new URL(signInUrl);
      const request = {
        method: 'POST',
        path: pathname,
        query: searchParams,
        headers: {},
        body: '',
        host: 'www',
        at: now(),
      };
      const { location } = answerWww(account, request).headers;
      if (typeof location !== 'string') throw new RangeError('Amazon shows no sign-in page for this address');
      return location;
    },
    close: async () => {
      await Promise.all([alexa.close(), www.close(), api.close()]);
    },
  };
}
