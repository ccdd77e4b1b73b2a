/** The Hue Bridge as a source of readings: find it, ask it, fall back to its full configuration, translate. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import type { Retrier } from '../../reliability/retry';
import type { Traffic } from '../../http/observed';
import type { Source } from '../source';
import { UnexpectedAnswer, type ClipSensors } from './clip';
import { SHOWN_PATH, type HueClient } from './client';
import type { Locator } from './locate';
import { answersOf, countTemperatureSensors } from './readings';

export interface HueSourceContext {
  endpoint: HueConfig['endpoint'];
  client: HueClient;
  locator: Locator;
  /** how many sensors the last good cycle listed; 0 if there was none */
  lastDevicesSeen: () => Promise<number>;
  retrier: Retrier;
  logger: Logger;
  traffic: Traffic;
}

export function createHueSource(context: HueSourceContext): Source {
  const { client, retrier, logger, traffic } = context;

  const askForAll = async (address: string, endpoint: 'full' | 'fallback'): Promise<ClipSensors> => {
    try {
      const sensors = await client.sensorsOfFullConfiguration(address);
      traffic.endpoint = endpoint;
      return sensors;
    } catch (thrown) {
      throw thrown instanceof UnexpectedAnswer ? passing(thrown) : thrown;
    }
  };

  const readFull = (address: string, leaveMs: number, endpoint: 'full' | 'fallback'): Promise<ClipSensors> => {
    const operation = {
      operation: 'hue.read_full_configuration',
      endpoint: `GET ${address}${SHOWN_PATH.full}`,
      leaveMs,
    };
    return retrier.run(operation, () => askForAll(address, endpoint));
  };

  const sayFallback = (reason: string) =>
    logger.warning('fallback', `/sensors cannot be used (${reason}): reading the full configuration instead`, {
      reason,
    });

  const readSensors = async (address: string, leaveMs: number): Promise<ClipSensors> => {
    const last = { askedForAll: false };
    /** An unexpected answer sends us to the other endpoint at once; if both give one, a retry asks both. */
    const askEither = async (): Promise<ClipSensors> => {
      last.askedForAll = false;
      let reason: string;
      try {
        const sensors = await client.sensors(address);
        const before = countTemperatureSensors(sensors) === 0 ? await context.lastDevicesSeen() : 0;
        if (before === 0) {
          traffic.endpoint = 'sensors';
          return sensors;
        }
        reason = `the answer lists no temperature sensor; the last good cycle had ${before}`;
      } catch (thrown) {
        if (!(thrown instanceof UnexpectedAnswer)) throw thrown;
        reason = thrown.message;
      }
      sayFallback(reason);
      last.askedForAll = true;
      return askForAll(address, 'fallback');
    };

    const operation = { operation: 'hue.read_sensors', endpoint: `GET ${address}${SHOWN_PATH.sensors}`, leaveMs };
    try {
      return await retrier.run(operation, askEither);
    } catch (thrown) {
      // A server error that stays through the retries of this endpoint may not happen at the other one.
      if (!canFallBack(thrown) || last.askedForAll) throw thrown;
      sayFallback(thrown.message);
      return readFull(address, leaveMs, 'fallback');
    }
  };

  return {
    async read() {
      const sensors = await context.locator.atBridge((address, leaveMs) =>
        context.endpoint === 'full' ? readFull(address, leaveMs, 'full') : readSensors(address, leaveMs),
      );
      const { devices, warnings } = answersOf(sensors);
      for (const warning of warnings) logger.warning('broken_element', warning);
      return devices;
    },
  };
}

/**
 * Only errors that the other endpoint may not have: never a refused key, the transport, or a bridge that asked us to
 * wait.
 */
function canFallBack(thrown: unknown): thrown is MonitorError {
  if (!(thrown instanceof MonitorError) || thrown.retryAfterMs !== undefined) return false;
  return thrown.type === 'invalid_response' || thrown.type === 'http';
}

/** The same failure with no other endpoint left to ask: a bridge that starts answers so for some seconds. */
function passing({ message, type, endpoint, remediation, cause }: UnexpectedAnswer): MonitorError {
  return new MonitorError(message, { type, cause, remediation, ...(endpoint === undefined ? {} : { endpoint }) });
}
