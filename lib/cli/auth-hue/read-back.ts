/** The proof of a pairing: the sensors, read with what now stands in the files, as collect-hue will read them. */
import type { Config, HueConfig } from '../../config/config';
import { connectToBridge } from '../../sources/hue/connect';
import { createHueSource } from '../../sources/hue/source';
import type { SourceReport, Traffic } from '../../sources/source';
import type { LoginKit } from '../login-kit';

export interface Paired {
  config: Config & { hue: HueConfig };
  key: string;
}

/** @throws MonitorError as a cycle would */
export function readBack(kit: LoginKit, { config, key }: Paired): Promise<SourceReport> {
  const { http, logger, redactor: redact, retrier, interrupted: signal } = kit;
  const traffic: Traffic = { requests: 0, payloadBytes: 0, endpoint: null };
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
    retrier,
    logger,
    traffic,
  }).read();
}
