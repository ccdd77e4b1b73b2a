/** Proves a pairing: reads the sensors with the files as they are now, in the same way as collect-hue will. */
import type { Config, HueConfig } from '../../config/config';
import { readOnlyState } from '../../files/state-folder';
import { noTraffic, observed } from '../../http/observed';
import { accept, type SourceReport } from '../../sources/accept';
import { createDeviceTexts, KEY_LENGTH } from '../../sources/device-text';
import { connectToBridge } from '../../sources/hue/connect';
import { HUE } from '../../sources/hue/row';
import { createHueSource } from '../../sources/hue/source';
import type { LoginKit } from '../login-kit';

export interface Paired {
  config: Config & { hue: HueConfig };
  key: string;
}

/** @throws MonitorError as a cycle would */
export async function readBack(kit: LoginKit, { config, key }: Paired): Promise<SourceReport> {
  const { logger, redactor: redact, retrier, interrupted: signal } = kit;
  const { hue, validation, collection } = config;
  const traffic = noTraffic();
  const state = readOnlyState(config.storage.data_directory);
  const texts = createDeviceTexts(logger, redact.ofAtLeast(KEY_LENGTH));
  const http = observed(kit.http, { traffic, logger });
  const connection = connectToBridge({ config, key, http, logger, redact, signal, texts, state });
  const address = hue.bridge_url;
  const devices = await createHueSource({
    endpoint: hue.endpoint,
    ...connection,
    locator: { knownAddress: address, atBridge: (read) => read(address, 0) }, // the bridge was found a moment ago
    lastDevicesSeen: () => Promise.resolve(0),
    timeoutMs: hue.timeout_seconds * 1000,
    remainingMs: () => Infinity,
    retrier,
    logger,
    traffic,
  }).read();
  const maxDevices = collection.max_devices;
  return accept(devices, { row: HUE, locations: hue.locations, validation, maxDevices, texts, logger });
}
