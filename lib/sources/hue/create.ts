/** Makes the source of the Hue Bridge, or of several, from what a cycle gives it. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import type { Traffic } from '../../http/observed';
import { withoutSecret, type DeviceAnswer, type Source, type SourceKit } from '../source';
import { bridgesOf, keyOf, nameFlag, type BridgeConfig } from './bridges';
import type { LocatorContext } from './candidates';
import { connectToBridge } from './connect';
import { readingAll } from './several';
import { createHueSource } from './source';

/** @throws MonitorError `configuration` if `hue.ca_file` of the only bridge cannot be used */
export function createHue(kit: SourceKit): Source {
  const hue = kit.config.hue as HueConfig;
  const [first, ...others] = bridgesOf(hue) as [BridgeConfig, ...BridgeConfig[]];
  if (first.name === '') return sourceOf(first, kit, { traffic: kit.traffic });
  const cloud: LocatorContext['cloud'] = {};
  return readingAll([first, ...others], kit, (bridge, own) => sourceOf(bridge, { ...kit, ...own }, { ...own, cloud }));
}

interface Own {
  traffic: Pick<Traffic, 'endpoint'>;
  cloud?: LocatorContext['cloud'];
}

function sourceOf(bridge: BridgeConfig, kit: Omit<SourceKit, 'traffic'>, { traffic, cloud = {} }: Own): Source {
  const key = keyOf(bridge, kit.secrets);
  if (key === undefined) return withoutSecret(() => notPaired(bridge));
  const { http, logger, redactor, signal, remainingMs, state, texts, retrier } = kit;
  const config = { ...kit.config, hue: bridge };
  const connection = connectToBridge({ config, key, http, logger, redact: redactor, signal, state, texts, cloud });
  const { memory } = connection;
  const isOneOfSeveral = bridge.name !== '';
  const source = createHueSource({
    endpoint: (kit.flags['endpoint'] as HueConfig['endpoint'] | undefined) ?? bridge.endpoint,
    ...connection,
    // The last cycle counted the sensors of all bridges together.
    hadSensors: async () => (isOneOfSeveral ? memory.state.hadSensors : (await kit.lastDevicesSeen()) > 0),
    timeoutMs: bridge.timeout_seconds * 1000,
    remainingMs,
    retrier,
    logger,
    traffic,
  });
  const read = async (): Promise<DeviceAnswer[]> => {
    const devices = await source.read();
    if (devices.length > 0 && !memory.state.hadSensors) memory.remember({ hadSensors: true });
    return devices;
  };
  return isOneOfSeveral ? { read } : source;
}

function notPaired(bridge: BridgeConfig): MonitorError {
  const which = bridge.name === '' ? 'the Hue Bridge' : `the bridge ${bridge.name}`;
  return new MonitorError(`the secrets have no key for ${which}: it is not paired yet`, {
    type: 'login_needed',
    permanent: true,
    remediation: {
      say: 'Pair with it, and press the link button of the bridge',
      command: `node bin/auth-hue.js${nameFlag(bridge)}`,
    },
  });
}
