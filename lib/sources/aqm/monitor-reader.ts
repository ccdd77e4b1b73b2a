/** Asks what the monitors measure, and in addition for the list of them, if that is due. */
import { asMonitorError } from '../../errors';
import type { Traffic } from '../../http/observed';
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import { ONE_TRY, type AskOptions } from './client';
import { hasUsableId, type Monitor } from './discovery';
import { isListingDue } from './listing';
import type { AqmCycle, MonitorList } from './monitor-list';
import { deviceIdOf, readStates, together, type StatesRead, type UnknownQuantity } from './readings';
import type { Session } from './session';
import { askForStates } from './state-ways';

export interface MonitorReader {
  /** @throws MonitorError if nothing could be read */
  ask(cycle: AqmCycle, monitors: Monitor[], options?: AskOptions): Promise<StatesRead>;
  /**
   * Asks for the list if it is due, then for the monitors that it adds. What was read before stays after any failure.
   */
  listAlso(cycle: AqmCycle, known: Monitor[], read: StatesRead): Promise<StatesRead>;
}

interface Context {
  list: MonitorList;
  logger: Logger;
  traffic: Traffic;
  redactor: Redact;
  now: () => Date;
}

export function createMonitorReader({ list, logger, traffic, redactor, now }: Context): MonitorReader {
  const ask: MonitorReader['ask'] = async (
    { session: { state }, place: { client, credentials } },
    monitors,
    options = {},
  ) => {
    const usable = monitors.filter(hasUsableId);
    const answer =
      usable.length === 0
        ? { deviceStates: [], errors: [] }
        : await askForStates(client, credentials, usable, { state, logger, now, options });
    traffic.endpoint = 'state';
    // Sample times are Amazon's: a wrong clock of this machine must not make them look old, or from the future.
    const amazonsNow = () => new Date(now().getTime() + (traffic.clockDifferenceMs ?? 0));
    const states = readStates(answer, usable, { logger, redact: redactor, now: amazonsNow });
    const malformed = monitors
      .filter((monitor) => !hasUsableId(monitor))
      .map((monitor) => ({ deviceId: deviceIdOf(monitor), skip: 'malformed' as const }));
    return { ...states, devices: [...states.devices, ...malformed] };
  };

  const listAlso: MonitorReader['listAlso'] = async (cycle, known, read) => {
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
  };

  return { ask, listAlso };
}

/** A quantity that Amazon has added is reported without filling the log: once for each session. */
export function reportOnce(quantities: UnknownQuantity[], { state }: Session, logger: Logger): void {
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
