/** Which monitors are asked for: the remembered ones, and those in Amazon's list when it can be obtained. */
import { asMonitorError, type ErrorType, type MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import { ONE_TRY } from './client';
import { noMonitor, noMonitorInPart, type Discovery, type ListWay, type Monitor } from './discovery';
import { findMonitors, listAt, type Place } from './find-monitors';
import { afterFailedListing, afterListing, isSpaced } from './listing';
import type { DeviceAnswer } from '../source';
import type { Session } from './session';

/** What a logged-in cycle works with. */
export interface AqmCycle {
  session: Session;
  /** where the account is asked; another place if its monitors turn out to be there */
  place: Place;
  /** logs in at another marketplace */
  enter: (marketplace: string) => Promise<Place>;
}

const OUT_OF_TIME: readonly ErrorType[] = ['timeout', 'deadline', 'interrupted'];

export interface MonitorList {
  /** null if there is none: then the list has to be obtained before anything can be read */
  remembered(cycle: AqmCycle): Monitor[] | null;
  /** Asks for the list, also where else the account may live, and remembers it. @throws MonitorError if there is none */
  obtain(cycle: AqmCycle): Promise<Monitor[]>;
  /** The same in addition to a reading: if it fails, null, a warning, and a longer wait for the next try. */
  obtainBeside(cycle: AqmCycle): Promise<Monitor[] | null>;
  /**
   * For health: the list as it is now, else the remembered one.
   * @returns `complain`, to be called when the session has proved to be alive, warns why it is not the present one
   * @throws MonitorError if there is none, and if the time for an answer is over: the reading shares that time
   */
  forHealth(cycle: AqmCycle): Promise<ListForHealth>;
}

export interface ListForHealth {
  monitors: Monitor[];
  /** by which ways the list was obtained; none if it is the remembered one */
  ways: ListWay[];
  complain: (read: readonly DeviceAnswer[]) => void;
}

export function createMonitorList(context: { marketplace: string; logger: Logger; now: () => Date }): MonitorList {
  const { marketplace, logger, now } = context;

  function warn(what: string, nextTryAt: string | null, fields: Record<string, unknown> = {}): void {
    const message = `Amazon's device list ${what}. The monitors known so far are read; it is asked for again later.`;
    logger.warning('listing_failed', message, { ...fields, next_try_at: nextTryAt });
  }

  function warnOfFailure({ message, type }: MonitorError, nextTryAt: string | null): void {
    warn(`cannot be obtained: ${message}`, nextTryAt, { error_type: type });
  }

  const remembered: MonitorList['remembered'] = ({ session: { state } }) =>
    state.discovery === null || state.discovery.monitors.length === 0 ? null : state.discovery.monitors;

  /** Remembers what a list shows. @returns the monitors to be read */
  function keep({ session: { state } }: AqmCycle, answer: Discovery): Monitor[] {
    const { list, vanished } = afterListing(state.discovery, answer, now());
    state.discovery = list;
    if (answer.incomplete !== null) warn(`is incomplete (${answer.incomplete})`, list.next_try_at);
    for (const { serial, name } of vanished) {
      logger.warning('device_vanished', `Amazon lists "${name}" no longer: it is not asked for any more`, {
        device_id: `alexa:${serial}`,
      });
    }
    return list.monitors;
  }

  async function find(cycle: AqmCycle): Promise<Discovery> {
    const { place, discovery } = await findMonitors(cycle.place, { configured: marketplace, enter: cycle.enter });
    if (place === cycle.place) return discovery;
    cycle.place = place;
    const { state } = cycle.session;
    const isConfigured = place.marketplace === marketplace;
    Object.assign(state, { lives_at: isConfigured ? null : place.marketplace, cookies: place.cookies });
    if (isConfigured) return discovery;
    const message =
      `The monitors of this account are at ${place.marketplace}, not at ${marketplace}: they are read there. ` +
      `Write "marketplace: ${place.marketplace}" under amazon_aqm in the configuration to have it so from the start.`;
    logger.warning('marketplace_changed', message, { configured: marketplace, marketplace: place.marketplace });
    return discovery;
  }

  const obtain: MonitorList['obtain'] = async (cycle) => keep(cycle, await find(cycle));

  /** The list where the account is known to live, in addition to a reading: each way once. */
  async function listBeside(cycle: AqmCycle): Promise<Discovery> {
    const answer = await listAt(cycle.place, remembered(cycle) ?? [], ONE_TRY);
    if (answer.monitors.length > 0) return answer;
    const { incomplete, devices } = answer;
    throw incomplete === null ? noMonitor([cycle.place.marketplace], devices) : noMonitorInPart(incomplete);
  }

  return {
    remembered,
    obtain,
    async obtainBeside(cycle) {
      try {
        return keep(cycle, await listBeside(cycle));
      } catch (thrown) {
        const { state } = cycle.session;
        if (state.discovery) state.discovery = afterFailedListing(state.discovery, now());
        warnOfFailure(asMonitorError(thrown), state.discovery?.next_try_at ?? null);
        return null;
      }
    },
    async forHealth(cycle) {
      const known = remembered(cycle);
      const { discovery } = cycle.session.state;
      if (known === null || discovery === null) {
        const answer = await find(cycle);
        return { monitors: keep(cycle, answer), ways: answer.ways, complain: () => undefined };
      }
      const nextTryAt = discovery.next_try_at;
      if (isSpaced(discovery, now())) {
        const complain = () => warn('could not be obtained whole in the last cycles', nextTryAt);
        return { monitors: known, ways: [], complain };
      }
      try {
        const answer = await listBeside(cycle);
        return { monitors: keep(cycle, answer), ways: answer.ways, complain: () => undefined };
      } catch (thrown) {
        const failure = asMonitorError(thrown);
        if (OUT_OF_TIME.includes(failure.type)) throw failure;
        const complain = (devices: readonly DeviceAnswer[]) => {
          // If no monitor was read, this may be the reason.
          if (devices.every((device) => 'skip' in device)) throw failure;
          warnOfFailure(failure, nextTryAt);
        };
        return { monitors: known, ways: [], complain };
      }
    },
  };
}
