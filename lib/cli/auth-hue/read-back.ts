/** Proves a pairing: reads the sensors with the files as they are now, in the same way as collect-hue will. */
import type { Config } from '../../config/config';
import { readOnlyState, stateFolder } from '../../files/state-folder';
import { noTraffic, observed } from '../../http/observed';
import { accept, type SourceReport } from '../../sources/accept';
import { createDeviceTexts, KEY_LENGTH } from '../../sources/device-text';
import { openBridgeMemory } from '../../sources/hue/bridge-state';
import type { BridgeConfig } from '../../sources/hue/bridges';
import { connectToBridge } from '../../sources/hue/connect';
import { HUE } from '../../sources/hue/row';
import { createHueSource } from '../../sources/hue/source';
import type { LoginKit } from '../login-kit';

export interface Paired {
  config: Config & { hue: BridgeConfig };
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
  // It has just answered: what it asked us to wait for is over.
  const memory = openBridgeMemory(stateFolder(config.storage.data_directory), hue, logger);
  if (memory.state.wait !== null) memory.remember({ wait: null });
  const devices = await createHueSource({
    endpoint: hue.endpoint,
    ...connection,
    locator: { knownAddress: address, atBridge: (read) => read(address, 0) }, // the bridge was found a moment ago
    hadSensors: () => Promise.resolve(false),
    timeoutMs: hue.timeout_seconds * 1000,
    remainingMs: () => Infinity,
    retrier,
    logger,
    traffic,
  }).read();
  const maxDevices = collection.max_devices;
  const { locations, offsets } = hue;
  return accept(devices, { row: HUE, locations, offsets, validation, maxDevices, texts, logger });
}
