/** Which monitors are asked for: the remembered ones, and those in Amazon's list when it can be obtained. */
import { asMonitorError, type ErrorType, type MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import type { AlexaClient, AskOptions, Credentials } from './client';
import { noMonitor, type Monitor } from './discovery';
import { afterFailedListing, afterListing, isSpaced, noMonitorInPart } from './listing';
import type { DeviceAnswer } from '../source';
import type { Session } from './session';

/** What a logged-in cycle works with. */
export interface AqmCycle {
  session: Session;
  client: AlexaClient;
  credentials: Credentials;
}

/** What is asked in addition to a reading has one try a cycle. */
export const ONE_TRY: AskOptions = { once: true };

const OUT_OF_TIME: readonly ErrorType[] = ['timeout', 'deadline', 'interrupted'];

export interface MonitorList {
  /** null if there is none: then the list has to be obtained before anything can be read */
  remembered(cycle: AqmCycle): Monitor[] | null;
  /** Asks for the list, and remembers it. @throws MonitorError if it shows no monitor */
  obtain(cycle: AqmCycle, options?: AskOptions): Promise<Monitor[]>;
  /** The same in addition to a reading: if it fails, null, a warning, and a longer wait for the next try. */
  obtainBeside(cycle: AqmCycle): Promise<Monitor[] | null>;
  /**
   * For health: the list as it is now, else the remembered one.
   * @returns `complain`, to be called when the session has proved to be alive, warns why it is not the present one
   * @throws MonitorError if there is none, and if the time for an answer is over: the reading shares that time
   */
  forHealth(cycle: AqmCycle): Promise<{ monitors: Monitor[]; complain: (read: readonly DeviceAnswer[]) => void }>;
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

  const obtain: MonitorList['obtain'] = async ({ client, session, credentials }, options) => {
    const answer = await client.discover(credentials, options);
    const { monitors, devices, incomplete } = answer;
    if (monitors.length === 0)
      throw incomplete === null ? noMonitor(marketplace, devices) : noMonitorInPart(incomplete);
    const { list, vanished } = afterListing(session.state.discovery, answer, now());
    session.state.discovery = list;
    if (incomplete !== null) warn(`is incomplete (${incomplete})`, list.next_try_at);
    for (const { serial, name } of vanished) {
      logger.warning('device_vanished', `Amazon lists "${name}" no longer: it is not asked for any more`, {
        device_id: `alexa:${serial}`,
      });
    }
    return list.monitors;
  };

  return {
    remembered,
    obtain,
    async obtainBeside(cycle) {
      try {
        return await obtain(cycle, ONE_TRY);
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
      if (known === null || discovery === null) return { monitors: await obtain(cycle), complain: () => undefined };
      const nextTryAt = discovery.next_try_at;
      if (isSpaced(discovery, now())) {
        return { monitors: known, complain: () => warn('could not be obtained whole in the last cycles', nextTryAt) };
      }
      try {
        return { monitors: await obtain(cycle, ONE_TRY), complain: () => undefined };
      } catch (thrown) {
        const failure = asMonitorError(thrown);
        if (OUT_OF_TIME.includes(failure.type)) throw failure;
        const complain = (devices: readonly DeviceAnswer[]) => {
          // If no monitor was read, this may be the reason.
          if (devices.every((device) => 'skip' in device)) throw failure;
          warnOfFailure(failure, nextTryAt);
        };
        return { monitors: known, complain };
      }
    },
  };
}
