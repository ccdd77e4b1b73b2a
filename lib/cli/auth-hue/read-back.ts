/** The proof of a pairing: the sensors, read with what now stands in the files, as collect-hue will read them. */
import type { Config, HueConfig } from '../../config/config';
import type { Http } from '../../http/http';
import type { Logger } from '../../logging/logger';
import { startDeadline } from '../../reliability/deadline';
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
  signal: AbortSignal;
}

/** @throws MonitorError as a cycle would */
export async function readBack({ config, key, http, logger, signal }: ReadBackContext): Promise<SourceReport> {
  const traffic: Traffic = { requests: 0, payloadBytes: 0, endpoint: null };
  const { client } = connectToBridge({ config, key, http, traffic, logger, signal, remember: false });
  const deadline = startDeadline(config.collection.deadline_seconds * 1000, 0);
  try {
    const source = createHueSource({
      endpoint: config.hue.endpoint,
      rules: {
        locations: config.hue.locations,
        temperatureMin: config.validation.temperature_min,
        temperatureMax: config.validation.temperature_max,
      },
      client,
      locator: { atBridge: (read) => read(config.hue.bridge_url, 0) }, // it was found a moment ago
      lastDevicesSeen: () => Promise.resolve(0),
      retrier: createRetrier({ policy: config.retry, logger, sleep, deadline }),
      logger,
      traffic,
    });
    return await source.read();
  } finally {
    deadline.clear();
  }
}
