/** The Hue Bridge as a source of readings: find it, ask it, fall back to its full configuration, translate. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import { errorCode } from '../../files/file-error';
import type { Logger } from '../../logging/logger';
import type { Retrier } from '../../reliability/retry';
import type { Traffic } from '../../http/observed';
import type { DeviceAnswer } from '../source';
import { UnexpectedAnswer, type ClipSensors } from './clip';
import { SHOWN_PATH, type FullKind, type HueClient } from './client';
import type { Locator } from './locate';
import { answersOf, countTemperatureSensors, isUsable } from './readings';

export interface HueSourceContext {
  endpoint: HueConfig['endpoint'];
  client: HueClient;
  locator: Locator;
  /** whether an earlier cycle listed temperature sensors */
  hadSensors: () => Promise<boolean>;
  /** of one request */
  timeoutMs: number;
  /** until the end of reading */
  remainingMs: () => number;
  retrier: Retrier;
  logger: Logger;
  traffic: Pick<Traffic, 'endpoint'>;
}

export function createHueSource(context: HueSourceContext): { read(): Promise<DeviceAnswer[]> } {
  const { client, retrier, logger, traffic } = context;

  const askForAll = async (address: string, endpoint: FullKind): Promise<ClipSensors> => {
    try {
      const sensors = await client.sensorsOfFullConfiguration(address, endpoint);
      traffic.endpoint = endpoint;
      return sensors;
    } catch (thrown) {
      throw thrown instanceof UnexpectedAnswer ? passing(thrown) : thrown;
    }
  };

  const readFull = (address: string, leaveMs: number): Promise<ClipSensors> => {
    const endpoint = `GET ${address}${SHOWN_PATH.full}`;
    const operation = { operation: 'hue.read_full_configuration', endpoint, endpointKind: 'full', leaveMs };
    return retrier.run(operation, () => askForAll(address, 'full'));
  };

  const askInstead = (address: string, reason: string): Promise<ClipSensors> => {
    const message = `/sensors cannot be used (${reason}): reading the full configuration instead`;
    logger.warning('fallback', message, { reason, endpoint_kind: 'fallback' });
    return askForAll(address, 'fallback');
  };

  /** @returns why an answer cannot be used; null if it can */
  const objectionTo = async (sensors: ClipSensors): Promise<string | null> => {
    if (!isUsable(sensors)) return 'none of the sensors listed has a usable value';
    const isOdd = countTemperatureSensors(sensors) === 0 && (await context.hadSensors());
    return isOdd ? 'the answer lists no temperature sensor, and an earlier one did' : null;
  };

  const readSensors = async (address: string, leaveMs: number): Promise<ClipSensors> => {
    /** `odd` is an answer with an objection, for want of a better one */
    const last: { askedForAll: boolean; odd: ClipSensors | null } = { askedForAll: false, odd: null };
    /** An unexpected answer sends us to the other endpoint at once; if both give one, a retry asks both. */
    const askEither = async (): Promise<ClipSensors> => {
      last.askedForAll = false;
      last.odd = null;
      let reason: string | null;
      try {
        const sensors = await client.sensors(address);
        reason = await objectionTo(sensors);
        if (reason === null) {
          traffic.endpoint = 'sensors';
          return sensors;
        }
        last.odd = sensors;
      } catch (thrown) {
        if (!(thrown instanceof UnexpectedAnswer)) throw thrown;
        reason = thrown.message;
      }
      last.askedForAll = true;
      return askInstead(address, reason);
    };

    const endpoint = `GET ${address}${SHOWN_PATH.sensors}`;
    try {
      const operation = { operation: 'hue.read_sensors', endpoint, endpointKind: 'sensors', leaveMs };
      return await retrier.run(operation, askEither);
    } catch (thrown) {
      if (last.odd !== null) {
        traffic.endpoint = 'sensors';
        return last.odd;
      }
      const hasTime = context.remainingMs() > leaveMs + context.timeoutMs;
      if (last.askedForAll || !hasTime || !mayBeOfThisEndpoint(thrown)) throw thrown;
      try {
        return await askInstead(address, thrown.message);
      } catch (second) {
        // What is said of the key is news; else the first failure tells more of what is wrong.
        throw second instanceof MonitorError && second.type === 'unauthorized' ? second : thrown;
      }
    }
  };

  return {
    async read() {
      const sensors = await context.locator.atBridge((address, leaveMs) =>
        context.endpoint === 'full' ? readFull(address, leaveMs) : readSensors(address, leaveMs),
      );
      const { devices, warnings } = answersOf(sensors);
      for (const warning of warnings) logger.warning('broken_element', warning);
      return devices;
    },
  };
}

/** A connection that was made, and then broke off. */
const BROKEN_OFF = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/**
 * Whether /sensors failed in a way that the full configuration may not: never a refused key, a bridge that asked us to
 * wait, or one that is not there at all.
 */
function mayBeOfThisEndpoint(thrown: unknown): thrown is MonitorError {
  if (!(thrown instanceof MonitorError) || thrown.retryAfterMs !== undefined) return false;
  if (thrown.type === 'network') return BROKEN_OFF.includes(errorCode(thrown.cause));
  return thrown.type === 'invalid_response' || thrown.type === 'http' || thrown.type === 'timeout';
}

/** The same failure with no other endpoint left to ask: a bridge that starts answers so for some seconds. */
function passing(failure: UnexpectedAnswer): MonitorError {
  return failure.retold({ permanent: false });
}
