/**
 * What a home may want after a good cycle: rules that are judged, people that are told, a broker that gets the readings.
 * All of it runs when the readings are safe and the lock is released, changes no outcome, and takes 5 s at most. A home
 * that configures none of it loads none of it.
 */
import type { Config, Secrets } from '../config/config';
import { asMonitorError } from '../errors';
import type { StateFolder } from '../files/state-folder';
import { createHttp } from '../http/fetch';
import { hasRules } from '../home-alerts/has-rules';
import type { Logger } from '../logging/logger';
import type { Reading } from '../reading';
import type { ListedSource } from '../sources/all';

export interface HandOnContext {
  config: Config;
  secrets: Secrets;
  row: Pick<ListedSource, 'collector' | 'deviceType'>;
  logger: Logger;
  state: StateFolder;
  /** the start of the cycle */
  cycle: string;
  readings: readonly Reading[];
  /** how long the cycle still has */
  remainingMs: number;
}

const MOST_MS = 5000;
/** for closing files and connections */
const RESERVE_MS = 300;

/** @returns null if nothing of it is configured. Never throws. */
export function handOn(context: HandOnContext): Promise<unknown> | null {
  const { config, secrets } = context;
  const { publish } = config;
  const isWatched = hasRules(config, secrets);
  if (!isWatched && publish?.mqtt === undefined) return null;
  const mostMs = Math.min(MOST_MS, context.remainingMs);
  const timeoutMs = mostMs - RESERVE_MS;
  if (timeoutMs < RESERVE_MS) return null;
  const signal = AbortSignal.timeout(timeoutMs);
  const work = Promise.all([
    ...(isWatched ? [watch(context, signal, timeoutMs)] : []),
    ...(publish?.mqtt === undefined ? [] : [publishTo(publish.mqtt, context, signal, timeoutMs)]),
  ]);
  // The timer also keeps the process alive: what waits for an answer that cannot come any more holds nothing open.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, mostMs)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function watch(context: HandOnContext, signal: AbortSignal, timeoutMs: number): Promise<void> {
  try {
    const { watchHome } = await import('../home-alerts/watch-home');
    await watchHome({ ...context, http: createHttp(), signal, timeoutMs });
  } catch (thrown) {
    const { message, remediation } = asMonitorError(thrown);
    context.logger.warning('home_alerts_failed', `the rules about the home were not judged: ${message}`, {
      remediation,
    });
  }
}

async function publishTo(
  mqtt: NonNullable<NonNullable<Config['publish']>['mqtt']>,
  context: HandOnContext,
  signal: AbortSignal,
  timeoutMs: number,
) {
  const { secrets, state, row, cycle, readings, config, logger } = context;
  const startedAt = performance.now();
  try {
    const { publishReadings } = await import('../publish/publish-mqtt');
    const intervalMinutes = config.collection.interval_minutes;
    const { collector } = row;
    const messages = await publishReadings({
      mqtt,
      secrets: secrets.mqtt,
      state,
      collector,
      cycle,
      readings,
      intervalMinutes,
      signal,
      timeoutMs,
    });
    logger.info('published', `${messages} messages taken by the broker`, {
      messages,
      duration_ms: Math.round(performance.now() - startedAt),
    });
  } catch (thrown) {
    const { message, remediation, type } = asMonitorError(thrown);
    logger.warning('publish_failed', message, { error_type: type, remediation });
  }
}
