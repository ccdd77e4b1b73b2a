/** The Amazon Smart Air Quality Monitors as a source: one request a healthy cycle, the device list kept for a day. */
import type { AqmConfig, Config } from '../../config/config';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import type { Retrier } from '../../reliability/retry';
import { createDeviceTexts } from '../device-text';
import type { Source, Traffic } from '../source';
import { createAlexaClient, type Credentials } from './client';
import { noMonitor, type Monitor } from './discovery';
import { createExchange } from './exchange';
import { amazonHosts } from './hosts';
import { readStates, type StatesRead, type UnknownQuantity } from './readings';
import { noToken, openSession, type LoginVerdict, type Session } from './session';
import { openSessionFile, type Remember } from './session-file';
import { alone, type AcquireLock } from './session-lock';
import type { Cookies } from './session-state';
import { obtainCookies } from './token-exchange';

const DISCOVERY_LASTS_MS = 24 * 60 * 60_000;

export interface AqmContext {
  config: AqmConfig;
  /** null where secrets.yaml has none */
  refreshToken: string | null;
  /** absolute; the session is remembered here */
  dataDirectory: string;
  validation: Config['validation'];
  http: Http;
  retrier: Retrier;
  logger: Logger;
  traffic: Traffic;
  /** told every token and cookie, before anything can show it */
  redactor: { add(secret: string): void };
  /** the cycle's deadline */
  signal?: AbortSignal;
  now?: () => Date;
  /** on `.amazon-session.lock` */
  lock: AcquireLock;
  /** false: nothing is written (`auth-amazon --check`) */
  remember?: Remember;
}

export interface Inspection extends StatesRead {
  monitors: Monitor[];
  cookies: Cookies | null;
}

export interface AqmSource extends Source {
  /**
   * The account's monitors, asked for now, whatever is remembered.
   * @throws MonitorError as `read` does
   */
  listMonitors(): Promise<Monitor[]>;
  /**
   * For health: the monitors, asked for now, what they measure, and the cookies that were good for it.
   * @throws MonitorError as `read` does
   */
  inspect(): Promise<Inspection>;
  /** what the last call has learnt of the login, for the alert */
  readonly login: LoginVerdict;
}

export function createAqmSource(context: AqmContext): AqmSource {
  const { config, refreshToken, logger, traffic } = context;
  const now = context.now ?? (() => new Date());
  const texts = createDeviceTexts(logger);
  let login: LoginVerdict = { status: 'unknown' };

  /** Runs `work` in the remembered session and keeps the verdict on the login, whatever comes of it. */
  async function inSession<T>(work: (cycle: Cycle) => Promise<T>): Promise<T> {
    if (refreshToken === null) {
      const error = noToken();
      login = { status: 'needed', error };
      throw error;
    }
    const hosts = amazonHosts(config);
    const redact = (secret: string) => context.redactor.add(secret);
    redact(refreshToken);
    const timeoutMs = config.timeout_seconds * 1000;
    const exchange = createExchange({ ...context, timeoutMs, now });
    const { marketplace } = config;
    const file = openSessionFile(context.dataDirectory, logger, context.remember);
    const session = openSession({
      file,
      binding: { marketplace, refreshToken },
      obtain: () => obtainCookies({ hosts, exchange, marketplace, redact, now }, refreshToken),
      alone: (refresh) => (context.remember === false ? refresh() : alone(context.lock, refresh)),
      redact,
      logger,
      now,
    });
    const client = createAlexaClient(hosts, exchange, texts);
    try {
      return await session.run((credentials) => work({ session, client, credentials }));
    } finally {
      login = session.login;
    }
  }

  interface Cycle {
    session: Session;
    client: ReturnType<typeof createAlexaClient>;
    credentials: Credentials;
  }

  async function discover({ client, session, credentials }: Cycle): Promise<Monitor[]> {
    const { monitors, devices } = await client.discover(credentials);
    if (monitors.length === 0) throw noMonitor(config.marketplace, devices);
    session.state.discovery = { found_at: now().toISOString(), monitors, not_found: [] };
    return monitors;
  }

  function remembered({ state }: Session): Monitor[] | null {
    if (state.discovery === null) return null;
    const age = now().getTime() - Date.parse(state.discovery.found_at);
    return age >= 0 && age < DISCOVERY_LASTS_MS ? state.discovery.monitors : null;
  }

  async function ask({ client, credentials }: Cycle, monitors: Monitor[]): Promise<StatesRead> {
    const entities = monitors.map(({ entity }) => entity);
    const answer = await client.readStates(credentials, entities);
    traffic.endpoint = 'state';
    return readStates(answer, monitors, {
      locations: config.locations,
      validation: context.validation,
      logger,
      texts,
    });
  }

  return {
    get login() {
      return login;
    },
    listMonitors: () => inSession(discover),
    inspect: () =>
      inSession(async (cycle) => {
        const monitors = await discover(cycle);
        return { monitors, ...(await ask(cycle, monitors)), cookies: cycle.session.state.cookies };
      }),
    read: () =>
      inSession(async (cycle) => {
        const known = remembered(cycle.session);
        let states = await ask(cycle, known ?? (await discover(cycle)));
        const { state } = cycle.session;
        const lost = states.unknownEntities.filter((id) => !state.discovery?.not_found.includes(id));
        if (known !== null && lost.length > 0) {
          logger.info('rediscovery', `Amazon does not know ${lost.length} of the monitors any more: listing them anew`);
          states = await ask(cycle, await discover(cycle));
        }
        // What stays unknown although it is listed is not looked for again before the list is a day old.
        if (state.discovery) state.discovery.not_found = states.unknownEntities;
        reportOnce(states.unknownQuantities, cycle.session, logger);
        return states.report;
      }),
  };
}

/** A quantity Amazon has added stays visible without filling the log: once in the life of the session. */
function reportOnce(quantities: UnknownQuantity[], { state }: Session, logger: Logger): void {
  for (const { deviceId, instance, description, value } of quantities) {
    const key = `${deviceId} ${instance} ${description}`;
    if (state.reported_quantities.includes(key)) continue;
    state.reported_quantities = [...state.reported_quantities, key];
    logger.warning('unknown_quantity', `${deviceId} measures something unknown (${description}), which is not stored`, {
      device_id: deviceId,
      instance,
      description,
      value,
    });
  }
}
