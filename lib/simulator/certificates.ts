/**
 * A certificate authority for tests, in memory: it signs leaves like Signify's (CN = bridge id, no SAN [measured on
 * bridges]) and server certificates for loopback.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { ServerIdentity } from './server';

export interface LeafOptions {
  /** days from now; default -1 and 3650. An expired leaf: -20 and -10. */
  validFromDays?: number;
  validToDays?: number;
}

export interface TestAuthority {
  /** PEM of the root: what goes into `ca_file` or NODE_EXTRA_CA_CERTS */
  ca: string;
  /** A leaf whose only name is CN = id, as it is written. */
  bridge(bridgeId: string, options?: LeafOptions): Promise<ServerIdentity>;
  /** The same, signed by an intermediate that is sent along, as Bridge Pro does. */
  bridgeViaIntermediate(bridgeId: string): Promise<ServerIdentity>;
  /** A certificate with these SANs; default localhost, 127.0.0.1, ::1. */
  server(names?: string[], options?: LeafOptions): Promise<ServerIdentity>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const BRIDGE_NAME = (id: string) => `C=NL, O=Philips Hue, CN=${id}`;

interface Issuer {
  name: string;
  privateKey: webcrypto.CryptoKey;
}

/** @param name of the root, in the style of Signify's */
export async function createTestAuthority(name = 'C=NL, O=Philips Hue, CN=root-bridge (test)'): Promise<TestAuthority> {
  x509.cryptoProvider.set(webcrypto);
  const root = await certificate({ subject: name, authority: true });
  const bridge = (id: string, options: LeafOptions = {}) =>
    certificate({ subject: BRIDGE_NAME(id), issuer: root.issuer, ...options }).then((leaf) => leaf.identity);
  return {
    ca: root.identity.cert,
    bridge,
    async bridgeViaIntermediate(id) {
      const intermediate = await certificate({
        subject: 'C=NL, O=Signify Hue, CN=Hue Issuing CA (test)',
        issuer: root.issuer,
        authority: true,
      });
      const { identity } = await certificate({ subject: BRIDGE_NAME(id), issuer: intermediate.issuer });
      return { key: identity.key, cert: identity.cert + intermediate.identity.cert };
    },
    async server(names = ['localhost', '127.0.0.1', '::1'], options = {}) {
      const leaf = await certificate({ subject: `CN=${names[0] ?? ''}`, issuer: root.issuer, names, ...options });
      return leaf.identity;
    },
  };
}

/** What a bridge with old firmware shows: CN = id, signed by itself. */
export async function selfSignedBridge(bridgeId: string, options: LeafOptions = {}): Promise<ServerIdentity> {
  x509.cryptoProvider.set(webcrypto);
  return (await certificate({ subject: BRIDGE_NAME(bridgeId), ...options })).identity;
}

interface CertificateOptions extends LeafOptions {
  subject: string;
  /** signs itself if absent */
  issuer?: Issuer;
  authority?: boolean;
  /** subject alternative names */
  names?: string[];
}

async function certificate(options: CertificateOptions): Promise<{ identity: ServerIdentity; issuer: Issuer }> {
  const { subject, issuer, authority = false, names, validFromDays = -1, validToDays = 3650 } = options;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const extensions: x509.Extension[] = [new x509.BasicConstraintsExtension(authority, undefined, true)];
  extensions.push(
    authority
      ? new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
      : new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
  );
  if (names !== undefined) {
    extensions.push(
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: /^[\d.]+$|:/.test(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
    );
  }
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
    subject,
    issuer: issuer?.name ?? subject,
    notBefore: inDays(validFromDays),
    notAfter: inDays(validToDays),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: issuer?.privateKey ?? keys.privateKey,
    extensions,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const cert = `${made.toString('pem')}\n`;
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { identity: { cert, key }, issuer: { name: subject, privateKey: keys.privateKey } };
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
