/**
 * The Amazon Smart Air Quality Monitors as a source: one request a healthy cycle. The device list is asked for again
 * after a day, in addition to the reading: also if that fails, the remembered monitors are read.
 */
import { asMonitorError } from '../../errors';
import type { AqmConfig } from '../../config/config';
import type { StateFolder } from '../../files/state-folder';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import type { Redactor } from '../../logging/redact';
import type { Retrier } from '../../reliability/retry';
import type { Traffic } from '../../http/observed';
import { createDeviceTexts, type DeviceTexts } from '../device-text';
import type { Source } from '../source';
import { createAlexaClient, ONE_TRY, type AskOptions } from './client';
import { hasUsableId, type ListWay, type Monitor } from './discovery';
import { createExchange } from './exchange';
import type { Place } from './find-monitors';
import { amazonHosts } from './hosts';
import { isListingDue } from './listing';
import { createMonitorList, type AqmCycle } from './monitor-list';
import { nothingRead, warnIfAllUnreachable } from './nothing-read';
import { deviceIdOf, readStates, together, type StatesRead, type UnknownQuantity } from './readings';
import { credentialsOf, noToken, openSession, type LoginVerdict, type Session } from './session';
import { openSessionFile } from './session-file';
import { alone, type AcquireLock } from './session-lock';
import type { Cookies } from './session-state';
import { askForStates, wayInUse, type StateWay } from './state-ways';
import { obtainCookies } from './token-exchange';

export interface AqmContext {
  config: AqmConfig;
  /** null if secrets.yaml has none */
  refreshToken: string | null;
  /** the session is remembered here */
  state: StateFolder;
  http: Http;
  retrier: Retrier;
  logger: Logger;
  traffic: Traffic;
  /** every token and cookie is added to it, before anything can show it */
  redactor: Redactor;
  /** of the cycle; default: new ones */
  texts?: DeviceTexts;
  /** the cycle's deadline */
  signal?: AbortSignal;
  now?: () => Date;
  /** on `.amazon-session.lock` */
  lock: AcquireLock;
  /** for those who ask outside the cycles: of the session, only new cookies are remembered */
  cookiesOnly?: boolean;
}

export interface Inspection extends StatesRead {
  monitors: Monitor[];
  cookies: Cookies | null;
  /** where they are read */
  marketplace: string;
  /** by which ways the list was obtained; none if it is the remembered one */
  listWays: ListWay[];
  stateWay: StateWay;
}

export interface AqmSource extends Source {
  /**
   * The account's monitors, asked for now, not taken from memory.
   * @throws MonitorError as `read` does
   */
  listMonitors(): Promise<Monitor[]>;
  /**
   * For health: the monitors, asked for now (the remembered ones if that fails), what they measure, and the cookies
   * that worked.
   * @throws MonitorError as `read` does
   */
  inspect(): Promise<Inspection>;
  /** what the last call has learnt about the login, for the alert */
  readonly login: LoginVerdict;
}

export function createAqmSource(context: AqmContext): AqmSource {
  const { config, refreshToken, logger, traffic, texts = createDeviceTexts(logger) } = context;
  const now = context.now ?? (() => new Date());
  const list = createMonitorList({ marketplace: config.marketplace, logger, now });
  let login: LoginVerdict = { status: 'unknown' };

  /** Runs `work` in the remembered session and keeps the verdict on the login, also after a failure. */
  async function inSession<T>(work: (cycle: AqmCycle) => Promise<T>): Promise<T> {
    if (refreshToken === null) {
      const error = noToken();
      login = { status: 'needed', error };
      throw error;
    }
    const redact = (secret: string) => context.redactor.add(secret);
    redact(refreshToken);
    const timeoutMs = config.timeout_seconds * 1000;
    const exchange = createExchange({ ...context, timeoutMs, now });
    const obtain = (marketplace: string) =>
      obtainCookies({ hosts: amazonHosts(config, marketplace), exchange, marketplace, redact, now }, refreshToken);
    const session = openSession({
      file: openSessionFile(context.state, logger, { cookiesOnly: context.cookiesOnly === true }),
      binding: { marketplace: config.marketplace, refreshToken },
      obtain,
      alone: (refresh) => alone(context.lock, refresh),
      redact,
      logger,
      now,
    });
    const placeAt = (marketplace: string, cookies: Cookies): Place => ({
      marketplace,
      cookies,
      credentials: credentialsOf(cookies),
      client: createAlexaClient(amazonHosts(config, marketplace), exchange, texts, context.redactor),
    });
    const enter = async (marketplace: string) => placeAt(marketplace, await obtain(marketplace));
    try {
      return await session.run((cookies) => work({ session, place: placeAt(session.marketplace, cookies), enter }));
    } finally {
      login = session.login;
    }
  }

  async function ask(
    { session: { state }, place: { client, credentials } }: AqmCycle,
    monitors: Monitor[],
    options: AskOptions = {},
  ): Promise<StatesRead> {
    const usable = monitors.filter(hasUsableId);
    const answer =
      usable.length === 0
        ? { deviceStates: [], errors: [] }
        : await askForStates(client, credentials, usable, { state, logger, now, options });
    traffic.endpoint = 'state';
    // Sample times are Amazon's: a wrong clock of this machine must not make them look old, or from the future.
    const amazonsNow = () => new Date(now().getTime() + (traffic.clockDifferenceMs ?? 0));
    const states = readStates(answer, usable, { logger, redact: context.redactor, now: amazonsNow });
    const malformed = monitors
      .filter((monitor) => !hasUsableId(monitor))
      .map((monitor) => ({ deviceId: deviceIdOf(monitor), skip: 'malformed' as const }));
    return { ...states, devices: [...states.devices, ...malformed] };
  }

  /**
   * Asks for the list if it is due, then for the monitors that it adds. What was read before stays after any failure.
   */
  async function listAlso(cycle: AqmCycle, known: Monitor[], read: StatesRead): Promise<StatesRead> {
    const { discovery } = cycle.session.state;
    const lost = read.unknownEntities.filter((id) => discovery?.not_found.includes(id) === false);
    if (discovery === null || !isListingDue(discovery, lost.length, now())) return read;
    if (lost.length > 0) {
      logger.info('rediscovery', `Amazon does not know ${lost.length} of the monitors any more: listing them again`);
    }
    const listed = (await list.obtainBeside(cycle)) ?? [];
    const asked = known.map(({ entity }) => entity.entityId);
    const worthAsking = listed.filter(
      ({ entity: { entityId } }) => !asked.includes(entityId) || lost.includes(entityId),
    );
    if (worthAsking.length === 0) return read;
    try {
      return together(read, await ask(cycle, worthAsking, ONE_TRY));
    } catch (thrown) {
      const { message, type } = asMonitorError(thrown);
      logger.warning('monitors_unread', `${worthAsking.length} monitors are read from the next cycle on: ${message}`, {
        error_type: type,
      });
      return read;
    }
  }

  return {
    get login() {
      return login;
    },
    listMonitors: () => inSession((cycle) => list.obtain(cycle)),
    inspect: () =>
      inSession(async (cycle) => {
        const { monitors, ways, complain } = await list.forHealth(cycle);
        const states = await ask(cycle, monitors);
        complain(states.devices);
        const failure = nothingRead(states);
        if (failure !== null) throw failure;
        const { state, marketplace } = cycle.session;
        return {
          ...states,
          monitors,
          cookies: state.cookies,
          marketplace,
          listWays: ways,
          stateWay: wayInUse(state),
        };
      }),
    read: () =>
      inSession(async (cycle) => {
        const known = list.remembered(cycle);
        const read = await ask(cycle, known ?? (await list.obtain(cycle)));
        const states = known === null ? read : await listAlso(cycle, known, read);
        const { state } = cycle.session;
        // A monitor that stays unknown although it is listed is not asked for again before the list is a day old.
        if (state.discovery) state.discovery.not_found = states.unknownEntities;
        reportOnce(states.unknownQuantities, cycle.session, logger);
        warnIfAllUnreachable(states, state, { logger, now });
        const failure = nothingRead(states);
        if (failure !== null) throw failure;
        return states.devices;
      }),
  };
}

/** A quantity that Amazon has added is reported without filling the log: once for each session. */
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
