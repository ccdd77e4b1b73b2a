/** The proof of a pairing: the sensors, read with what now stands in the files, as collect-hue will read them. */
import type { Config, HueConfig } from '../../config/config';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import type { Deadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { connectToBridge } from '../../sources/hue/connect';
import { createHueSource } from '../../sources/hue/source';
import type { SourceReport, Traffic } from '../../sources/source';

export interface ReadBackContext {
  config: Config & { hue: HueConfig };
  key: string;
  http: Http;
  logger: Logger;
  redact: Redact;
  deadline: Deadline;
}

/** @throws MonitorError as a cycle would */
export function readBack(context: ReadBackContext): Promise<SourceReport> {
  const { config, key, http, logger, redact, deadline } = context;
  const traffic: Traffic = { requests: 0, payloadBytes: 0, endpoint: null };
  const { signal } = deadline;
  const connection = connectToBridge({ config, key, http, traffic, logger, redact, signal, remember: false });
  const address = config.hue.bridge_url;
  return createHueSource({
    endpoint: config.hue.endpoint,
    rules: {
      locations: config.hue.locations,
      temperatureMin: config.validation.temperature_min,
      temperatureMax: config.validation.temperature_max,
    },
    ...connection,
    locator: { knownAddress: address, atBridge: (read) => read(address, 0) }, // it was found a moment ago
    lastDevicesSeen: () => Promise.resolve(0),
    retrier: createRetrier({ policy: config.retry, logger, sleep, deadline }),
    logger,
    traffic,
  }).read();
}
