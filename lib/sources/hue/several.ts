/** Several bridges are read at the same time; what fails at one of them costs nothing of the others. */
import { asMonitorError, MonitorError } from '../../errors';
import type { Http } from '../../http/http';
import { noTraffic, observed, type Traffic } from '../../http/observed';
import { silentLogger, type Fields, type Logger } from '../../logging/logger';
import { CLOCKS_AGREE_MS } from '../../witnesses';
import { isOfDevice, type Source, type SourceAnswer, type SourceKit } from '../source';
import { nameFlag, partOf, type BridgeConfig } from './bridges';

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
        return answers.map((answer) => ofBridge(answer, name, errorOf(own, traffic)));
      });
    },
  };
}

/** By how much a bridge's clock differs from the one that the cycle goes by: to the second, so a few mean nothing. */
function errorOf({ clockDifferenceMs: own }: Traffic, { clockDifferenceMs: believed }: Traffic): number {
  const error = (own ?? 0) - (believed ?? 0);
  return own === null || Math.abs(error) < CLOCKS_AGREE_MS ? 0 : error;
}

/** The answer as if there were only one bridge: with ids of their own, and times by the same clock. */
function ofBridge(answer: SourceAnswer, name: string, clockErrorMs: number): SourceAnswer {
  if (!isOfDevice(answer)) return answer;
  // Two bridges may have a sensor without `uniqueid` at the same place of their lists.
  const place = `${name}/${answer.deviceId.slice('hue:'.length)}`;
  const named = answer.deviceId.startsWith('hue:sensors/')
    ? { ...answer, deviceId: `hue:${place}`, aliases: [place] }
    : answer;
  if ('skip' in named || named.measuredAt === null || clockErrorMs === 0) return named;
  return { ...named, measuredAt: new Date(Date.parse(named.measuredAt) - clockErrorMs).toISOString() };
}

function ofBridgeFailure(thrown: unknown, bridge: BridgeConfig): MonitorError {
  const { message, remedy, type, permanent, endpoint } = asMonitorError(thrown);
  const text = `the bridge ${bridge.name}: ${message}`;
  // The command for the only bridge would not know which one is meant.
  const withName = (line: string) => line.replaceAll(/(node bin\/auth-hue\.js)(?! --name)/g, `$1${nameFlag(bridge)}`);
  return new MonitorError(text, {
    ...{ type, permanent, cause: thrown },
    ...(endpoint === undefined ? {} : { endpoint }),
    remediation: { say: withName(remedy.say), command: withName(remedy.command) },
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
