/**
 * What is needed to talk to the configured bridge: a client that proves it before it sends the key, and where it is.
 */
import type { Config } from '../../config/config';
import type { TlsOptions } from '../../http/http';
import type { Redact } from '../../logging/redact';
import { openBridgeMemory, type BridgeMemory } from './bridge-state';
import type { BridgeConfig } from './bridges';
import { createDeviceTexts, type DeviceTexts } from '../device-text';
import { createHueClient, type HueClient } from './client';
import { openKnownCertificate, verifyingOnce } from './known-certificate';
import type { LocatorContext } from './candidates';
import { createLocator, type Locator } from './locate';
import { provingFirst } from './proof';
import { handshakeProves, tlsOptionsFor } from './tls';

/** `signal` is the cycle's deadline. */
export interface BridgeConnectionContext extends Omit<
  LocatorContext,
  'config' | 'client' | 'clientFor' | 'memory' | 'searchMs'
> {
  config: Pick<Config, 'collection'> & { hue: BridgeConfig };
  /** the application key */
  key: string;
  redact: Redact;
  /** of the cycle; default: a new one */
  texts?: DeviceTexts;
}

export interface BridgeConnection {
  client: HueClient;
  locator: Locator;
  memory: BridgeMemory;
  /** whether the bridge shows a certificate of an authority instead of the pinned one */
  isPinReplaced: () => boolean;
}

/** @throws MonitorError `configuration` if `hue.ca_file` cannot be used */
export function connectToBridge(context: BridgeConnectionContext): BridgeConnection {
  const { config, key, http, logger, redact, signal, texts = createDeviceTexts(logger), ...search } = context;
  const { collection, hue } = config;
  if (hue.bridge_url.startsWith('https:') && hue.tls === 'insecure') {
    logger.warning('tls_insecure', 'hue.tls is insecure: anybody in this network can pretend to be the bridge');
  }
  const known = openKnownCertificate(search.state, logger);
  const clientWith = (tls: TlsOptions): HueClient => {
    const timeoutMs = hue.timeout_seconds * 1000;
    return createHueClient({ http: verifyingOnce(http, known, logger), key, tls, timeoutMs, redact, signal, texts });
  };
  const tls = tlsOptionsFor(hue, known.authorities);
  const client = clientWith(tls);
  const memory = openBridgeMemory(search.state, hue, logger);
  const locator = createLocator({
    config: hue,
    client,
    clientFor: (bridge_id) =>
      clientWith(
        bridge_id === null
          ? { rejectUnauthorized: false }
          : tlsOptionsFor({ ...hue, tls: 'verify', bridge_id, certificate_sha256: '' }),
      ),
    http,
    logger,
    signal,
    searchMs: (collection.deadline_seconds * 1000) / 4,
    ...search,
    memory,
  });
  const isPinReplaced = (): boolean => {
    const { servername = '', ca = [] } = tls;
    return hue.certificate_sha256 !== '' && known.find({ servername, ca })?.replaces_pin === hue.certificate_sha256;
  };
  const isProved = (address: string) => hue.bridge_id === '' || handshakeProves(address, hue.tls);
  return { client: provingFirst(client, hue.bridge_id, isProved), locator, memory, isPinReplaced };
}
