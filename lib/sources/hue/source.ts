/** The Hue Bridge as a source of readings: find it, ask it, fall back to its full configuration, translate. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import type { Logger } from '../../logging/logger';
import type { Retrier } from '../../reliability/retry';
import type { Source, Traffic } from '../source';
import type { ClipSensors } from './clip';
import { SHOWN_PATH, type HueClient } from './client';
import type { Locator } from './locate';
import { countTemperatureSensors, readingsOf, type HueReadingRules } from './readings';

export interface HueSourceContext {
  endpoint: HueConfig['endpoint'];
  rules: HueReadingRules;
  client: HueClient;
  locator: Locator;
  /** how many sensors the last good cycle listed; 0 where there was none */
  lastDevicesSeen: () => Promise<number>;
  retrier: Retrier;
  logger: Logger;
  traffic: Traffic;
}

export function createHueSource(context: HueSourceContext): Source {
  const { client, retrier, logger, traffic } = context;

  const readFull = async (address: string, leaveMs: number, endpoint: 'full' | 'fallback'): Promise<ClipSensors> => {
    const operation = {
      operation: 'hue.read_full_configuration',
      endpoint: `GET ${address}${SHOWN_PATH.full}`,
      leaveMs,
    };
    const sensors = await retrier.run(operation, () => client.sensorsOfFullConfiguration(address));
    traffic.endpoint = endpoint;
    return sensors;
  };

  const readSensors = async (address: string, leaveMs: number): Promise<ClipSensors> => {
    let reason: string;
    try {
      const operation = { operation: 'hue.read_sensors', endpoint: `GET ${address}${SHOWN_PATH.sensors}`, leaveMs };
      const sensors = await retrier.run(operation, () => client.sensors(address));
      const before = countTemperatureSensors(sensors) === 0 ? await context.lastDevicesSeen() : 0;
      if (before === 0) {
        traffic.endpoint = 'sensors';
        return sensors;
      }
      reason = `the answer lists no temperature sensor; the last good cycle had ${before}`;
    } catch (thrown) {
      if (!canFallBack(thrown)) throw thrown;
      reason = thrown.message;
    }
    logger.warning('fallback', `/sensors is no good (${reason}): reading the full configuration instead`, { reason });
    return readFull(address, leaveMs, 'fallback');
  };

  return {
    async read() {
      const sensors = await context.locator.atBridge((address, leaveMs) =>
        context.endpoint === 'full' ? readFull(address, leaveMs, 'full') : readSensors(address, leaveMs),
      );
      const { warnings, ...report } = readingsOf(sensors, context.rules);
      for (const warning of warnings) logger.warning('broken_element', warning);
      return report;
    },
  };
}

/** Only what the other endpoint may do better: never a refused key, the transport, or an overloaded bridge. */
function canFallBack(thrown: unknown): thrown is MonitorError {
  return thrown instanceof MonitorError && (thrown.type === 'invalid_response' || thrown.type === 'http');
}
