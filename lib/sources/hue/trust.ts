/** How far a bridge's certificate can be trusted when we see it for the first time. */
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import { errorCode } from '../../files/file-error';
import { proveBridge } from './proof';
import type { HueClient } from './client';
import { tlsOptionsFor } from './tls';
import type { TlsOptions } from '../../http/http';

export interface Trust {
  /** `signed`: an authority has signed its id; `pinned`: self-signed, recognised by its fingerprint; `none`: http */
  kind: 'signed' | 'pinned' | 'unverified' | 'none';
  /** 64 lower-case hex digits if pinned, else '' */
  certificateSha256: string;
}

export interface TrustContext {
  address: string;
  bridgeId: string;
  config: Pick<HueConfig, 'tls' | 'ca_file'>;
  /** a client that asks with the given TLS options */
  clientWith: (tls: TlsOptions) => Pick<HueClient, 'publicConfig'>;
  timeoutMs: number;
  signal: AbortSignal;
}

/**
 * @throws MonitorError `tls` if the certificate is neither signed by an authority we know nor self-signed,
 *   `wrong_bridge` if it is another bridge's, or what the exchange threw
 */
export async function trustBridge(context: TrustContext): Promise<Trust> {
  const { address, bridgeId, config, clientWith } = context;
  if (!address.startsWith('https:')) return { kind: 'none', certificateSha256: '' };
  if (config.tls === 'insecure') return { kind: 'unverified', certificateSha256: '' };
  const prove = (certificate_sha256: string) =>
    proveBridge(clientWith(tlsOptionsFor({ ...config, bridge_id: bridgeId, certificate_sha256 })), address, bridgeId);
  try {
    await prove('');
    return { kind: 'signed', certificateSha256: '' };
  } catch (thrown) {
    if (!isSelfSigned(thrown)) throw thrown;
  }
  const certificateSha256 = await fingerprintOf(context);
  await prove(certificateSha256);
  return { kind: 'pinned', certificateSha256 };
}

function isSelfSigned(thrown: unknown): boolean {
  return codeOf(thrown) === 'DEPTH_ZERO_SELF_SIGNED_CERT';
}

/** The OpenSSL code that caused one of our failures */
function codeOf(thrown: unknown): string {
  return thrown instanceof MonitorError ? errorCode(thrown.cause) : '';
}

/** SHA-256 of the certificate that is shown at `address`; nothing is sent there. */
async function fingerprintOf({ address, bridgeId, timeoutMs, signal }: TrustContext): Promise<string> {
  const { connect } = await import('node:tls');
  const { hostname, port } = new URL(address);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port === '' ? 443 : port),
    servername: bridgeId,
    rejectUnauthorized: false,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      stop.addEventListener('abort', () => reject(stop.reason), { once: true });
      socket.once('error', reject);
      socket.once('secureConnect', () =>
        resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()),
      );
    });
  } catch (thrown) {
    signal.throwIfAborted();
    throw new MonitorError(`the certificate at ${address} could not be read`, {
      type: 'tls',
      endpoint: address,
      remediation: { say: 'Pair again', command: 'node bin/auth-hue.js' },
      cause: thrown,
    });
  } finally {
    socket.destroy();
  }
}
