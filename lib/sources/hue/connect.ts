/**
 * What is needed to talk to the configured bridge: a client that proves it before it sends the key, and where it is.
 */
import type { Config, HueConfig } from '../../config/config';
import type { TlsOptions } from '../../http/http';
import type { Redact } from '../../logging/redact';
import { createDeviceTexts, type DeviceTexts } from '../device-text';
import { createHueClient, type HueClient } from './client';
import { openKnownCertificate, verifyingOnce } from './known-certificate';
import type { LocatorContext } from './candidates';
import { createLocator, type Locator } from './locate';
import { provingFirst } from './proof';
import { handshakeProves, tlsOptionsFor } from './tls';

/** `signal` is the cycle's deadline. */
export interface BridgeConnectionContext extends Omit<LocatorContext, 'config' | 'client' | 'clientFor' | 'searchMs'> {
  config: Pick<Config, 'collection'> & { hue: HueConfig };
  /** the application key */
  key: string;
  redact: Redact;
  /** of the cycle; default: a new one */
  texts?: DeviceTexts;
}

export interface BridgeConnection {
  client: HueClient;
  locator: Locator;
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
  const client = clientWith(tlsOptionsFor(hue, known.authorities));
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
  });
  if (hue.bridge_id === '') return { client, locator };
  return { client: provingFirst(client, hue.bridge_id, (address) => handshakeProves(address, hue.tls)), locator };
}
