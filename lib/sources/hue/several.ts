/** Several bridges are read at the same time; what fails at one of them costs nothing of the others. */
import { asMonitorError, type MonitorError } from '../../errors';
import type { Http } from '../../http/http';
import { noTraffic, observed, type Traffic } from '../../http/observed';
import { silentLogger, type Fields, type Logger } from '../../logging/logger';
import { CLOCKS_AGREE_MS } from '../../witnesses';
import { isOfDevice, type Source, type SourceAnswer, type SourceKit } from '../source';
import { partOf, remedyFor, type BridgeConfig } from './bridges';

/** What one bridge has of its own in a cycle. */
export interface OwnParts {
  logger: Logger;
  http: Http;
  traffic: Traffic;
}

/** @param open may throw: then this bridge has failed */
export function readingAll(
  bridges: readonly BridgeConfig[],
  { logger, http, traffic }: Pick<SourceKit, 'logger' | 'http' | 'traffic'>,
  open: (bridge: BridgeConfig, own: OwnParts) => Source,
): Source {
  async function readOne(bridge: BridgeConfig): Promise<{ answers: SourceAnswer[]; own: Traffic }> {
    const own = noTraffic();
    const named = loggerOf(bridge, logger);
    try {
      // Everything is counted and logged once for all bridges already; this is only to hear the bridge's own clock.
      const heard = observed(http, { traffic: own, logger: silentLogger });
      return { answers: await open(bridge, { logger: named, http: heard, traffic: own }).read(), own };
    } catch (thrown) {
      const failure = ofBridgeFailure(thrown, bridge);
      const { type, message, remediation } = failure;
      named.error('bridge_failed', message, { error_type: type, remediation });
      return { answers: [{ part: partOf(bridge), failure }], own };
    }
  }

  return {
    async read() {
      const results = await Promise.all(bridges.map(readOne));
      const endpoints = results.flatMap(({ own: { endpoint } }) => (endpoint === null ? [] : [endpoint]));
      traffic.endpoint = endpoints.includes('fallback') ? 'fallback' : (endpoints[0] ?? null);
      return results.flatMap(({ answers, own }, index) => {
        const name = bridges[index]?.name ?? '';
        return answers.map((answer) => ofBridge(answer, name, aheadOf(own, traffic)));
      });
    },
  };
}

/** A bridge's clock minus the one of the cycle: both are told to the second, so a few mean nothing. */
function aheadOf({ clockDifferenceMs: own }: Traffic, { clockDifferenceMs: ofCycle }: Traffic): number | null {
  if (ofCycle === null) return 0;
  if (own === null) return null;
  return Math.abs(own - ofCycle) < CLOCKS_AGREE_MS ? 0 : own - ofCycle;
}

/** The answer as if there were only one bridge: with ids of its own, and whose clock its times are by. */
function ofBridge(answer: SourceAnswer, name: string, clockAheadMs: number | null): SourceAnswer {
  if (!isOfDevice(answer)) return answer;
  // Two bridges may have a sensor without `uniqueid` at the same place of their lists.
  const place = `${name}/${answer.deviceId.slice('hue:'.length)}`;
  const named = answer.deviceId.startsWith('hue:sensors/')
    ? { ...answer, deviceId: `hue:${place}`, aliases: [place] }
    : answer;
  return 'skip' in named ? named : { ...named, clockAheadMs };
}

function ofBridgeFailure(thrown: unknown, bridge: BridgeConfig): MonitorError {
  const failure = asMonitorError(thrown);
  return failure.retold({
    message: `the bridge ${bridge.name}: ${failure.message}`,
    cause: thrown,
    remediation: remedyFor(failure.remedy, bridge),
  });
}

function loggerOf({ name }: BridgeConfig, logger: Logger): Logger {
  const levels = ['critical', 'error', 'warning', 'info', 'debug'] as const;
  const named = levels.map((level) => [
    level,
    (event: string, message: string, fields?: Fields) =>
      logger[level](event, message.startsWith('the bridge ') ? message : `${name}: ${message}`, {
        bridge: name,
        ...fields,
      }),
  ]);
  return Object.fromEntries(named) as Logger;
}
