/** How the program makes sure, at every handshake, that it is the user's own bridge that answers. */
import { readFileSync } from 'node:fs';
import type { HueConfig } from '../../config/config';
import { MonitorError } from '../../errors';
import { describeFileError } from '../../files/file-error';
import type { TlsOptions } from '../../http/http';
import { shellQuoted } from '../../wording';
import { SIGNIFY_ROOTS } from './signify-roots';

type TlsConfig = Pick<HueConfig, 'bridge_id' | 'tls' | 'ca_file' | 'certificate_sha256'>;

/**
 * Signify's authorities (and those of `ca_file`) must have signed a certificate whose CN is the bridge id, or the leaf
 * must be the pinned one, if one is. `tls: insecure` switches both off; the caller warns of that.
 * @param readable authorities that were read before: to check them again would cost a cycle 2 ms
 * @throws MonitorError `configuration` if `ca_file` cannot be used
 */
export function tlsOptionsFor(config: TlsConfig, readable: readonly unknown[] = []): TlsOptions {
  const name = config.bridge_id === '' ? {} : { servername: config.bridge_id };
  if (config.tls === 'insecure') return { ...name, rejectUnauthorized: false };
  const ca = [...SIGNIFY_ROOTS, ...(config.ca_file === '' ? [] : authoritiesIn(config.ca_file, readable))];
  return { ...name, ca, ...(config.certificate_sha256 === '' ? {} : { pinnedSha256: config.certificate_sha256 }) };
}

/**
 * Whether the TLS handshake alone proves which bridge answers; if not, the bridge is asked for its id before it gets
 * the key.
 */
export function handshakeProves(address: string, tls: HueConfig['tls']): boolean {
  return address.startsWith('https:') && tls === 'verify';
}

function authoritiesIn(file: string, readable: readonly unknown[]): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw unusable(file, `cannot be read: ${describeFileError(thrown)}`);
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw unusable(file, 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  for (const certificate of certificates) {
    if (readable.includes(certificate)) continue;
    try {
      new (process.getBuiltinModule('node:crypto').X509Certificate)(certificate); // loaded only here
    } catch {
      throw unusable(file, 'holds something between BEGIN and END CERTIFICATE that is not a certificate');
    }
  }
  return certificates;
}

function unusable(file: string, what: string): MonitorError {
  return new MonitorError(`hue.ca_file: ${file} ${what}`, {
    type: 'configuration',
    permanent: true,
    remediation: {
      say: 'Correct hue.ca_file, or set it to "" if the bridge is signed by Signify. See',
      command: `openssl x509 -in ${shellQuoted(file)} -noout -subject`,
    },
  });
}
