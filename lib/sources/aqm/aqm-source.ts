/**
 * The Amazon Smart Air Quality Monitors as a source: one request a healthy cycle. The device list is asked for again
 * after a day, in addition to the reading: also if that fails, the remembered monitors are read.
 */
import type { AqmConfig } from '../../config/config';
import type { StateFolder } from '../../files/state-folder';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import type { Redactor } from '../../logging/redact';
import type { Retrier } from '../../reliability/retry';
import type { Traffic } from '../../http/observed';
import { createDeviceTexts, type DeviceTexts } from '../device-text';
import type { Source } from '../source';
import { createAqmClient } from './client';
import type { ListWay, Monitor } from './discovery';
import { createExchange } from './exchange';
import type { Place } from './find-monitors';
import { amazonHosts } from './hosts';
import { createMonitorList, type AqmCycle } from './monitor-list';
import { createMonitorReader, reportOnce } from './monitor-reader';
import { nothingRead, warnIfAllUnreachable } from './nothing-read';
import type { StatesRead } from './readings';
import { credentialsOf, noToken, openSession, type LoginVerdict } from './session';
import { openSessionFile } from './session-file';
import { alone, type AcquireLock } from './session-lock';
import type { Cookies } from './session-state';
import { wayInUse, type StateWay } from './state-ways';
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
  const { config, refreshToken, logger, texts = createDeviceTexts(logger) } = context;
  const now = context.now ?? (() => new Date());
  const list = createMonitorList({ marketplace: config.marketplace, logger, now });
  const reader = createMonitorReader({ ...context, list, now });
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
      client: createAqmClient(amazonHosts(config, marketplace), exchange, texts, context.redactor),
    });
    const enter = async (marketplace: string) => placeAt(marketplace, await obtain(marketplace));
    try {
      return await session.run((cookies) => work({ session, place: placeAt(session.marketplace, cookies), enter }));
    } finally {
      login = session.login;
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
        const states = await reader.ask(cycle, monitors);
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
        const read = await reader.ask(cycle, known ?? (await list.obtain(cycle)));
        const states = known === null ? read : await reader.listAlso(cycle, known, read);
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
