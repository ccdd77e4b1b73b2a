/** The proof of a pairing: the sensors, read with what now stands in the files, as collect-hue will read them. */
import type { Config, HueConfig } from '../../config/config';
import type { Http } from '../../http/http';
import { noTraffic, observed } from '../../http/observed';
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import type { Deadline } from '../../reliability/deadline';
import { createRetrier } from '../../reliability/retry';
import { sleep } from '../../reliability/sleep';
import { accept, type SourceReport } from '../../sources/accept';
import { createDeviceTexts } from '../../sources/device-text';
import { connectToBridge } from '../../sources/hue/connect';
import { HUE } from '../../sources/hue/row';
import { createHueSource } from '../../sources/hue/source';

export interface ReadBackContext {
  config: Config & { hue: HueConfig };
  key: string;
  http: Http;
  logger: Logger;
  redact: Redact;
  deadline: Deadline;
}

/** @throws MonitorError as a cycle would */
export async function readBack(context: ReadBackContext): Promise<SourceReport> {
  const { config, key, http, logger, redact, deadline } = context;
  const { hue, validation } = config;
  const traffic = noTraffic();
  const { signal } = deadline;
  const texts = createDeviceTexts(logger);
  const seen = observed(http, { traffic, logger });
  const connection = connectToBridge({ config, key, http: seen, logger, redact, signal, texts, remember: false });
  const address = hue.bridge_url;
  const devices = await createHueSource({
    endpoint: hue.endpoint,
    ...connection,
    locator: { knownAddress: address, atBridge: (read) => read(address, 0) }, // it was found a moment ago
    lastDevicesSeen: () => Promise.resolve(0),
    retrier: createRetrier({ policy: config.retry, logger, sleep, deadline }),
    logger,
    traffic,
  }).read();
  return accept(devices, { row: HUE, locations: hue.locations, validation, texts, logger });
}
