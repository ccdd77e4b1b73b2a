/**
 * A bridge's certificate is verified when it is first seen, and again whenever anything about it changes: verifying
 * makes Node.js 20 read all its own authorities as well, which costs a cycle 15 ms (docs/internals/performance.md). In between,
 * the bridge must show the same certificate that was verified: `bridge-certificate.json` in the data directory.
 */
import { join } from 'node:path';
import { asMonitorError, MonitorError } from '../../errors';
import { errorCode } from '../../files/file-error';
import { oddKindOf, readOwnFile, type Objection } from '../../files/own-file';
import { ownerOfOurFiles } from '../../files/ownership';
import type { StateFolder } from '../../files/state-folder';
import type { Http, PeerCertificate, TlsOptions } from '../../http/http';
import type { Logger } from '../../logging/logger';
import { isObject } from './clip';
import { CERTIFICATE_FILE } from './state-files';

const VERSION = 2;

/** What the verification was based on: with another name or other authorities it has to be done again. */
type Basis = Required<Pick<TlsOptions, 'servername' | 'ca'>>;

/** A certificate that was verified. */
interface Verified {
  sha256: string;
  valid_until: string;
  authorities: readonly unknown[];
  /** the pin of the configuration, if the bridge showed this certificate instead; else '' */
  replaces_pin: string;
}

export interface KnownCertificate {
  /** authorities (PEM) that took part in a verification, and so can be read */
  readonly authorities: readonly unknown[];
  /** the certificate that was verified on this basis and is still valid; null: verify */
  find(basis: Basis): Pick<Verified, 'sha256' | 'replaces_pin'> | null;
  keep(basis: Basis, certificate: PeerCertificate, replacesPin?: string): void;
}

/** Nothing here ever fails a cycle: what cannot be read is verified again, what cannot be written costs time only. */
export function openKnownCertificate(folder: StateFolder, logger: Logger): KnownCertificate {
  const file = join(folder.path, CERTIFICATE_FILE);
  const read = (): Certificates => readCertificates(file);
  let certificates = read();
  return {
    get authorities() {
      return Object.values(certificates).flatMap(({ authorities }) => authorities);
    },
    find({ servername, ca }) {
      const known = Object.hasOwn(certificates, servername) ? certificates[servername] : undefined;
      if (known === undefined || JSON.stringify(known.authorities) !== JSON.stringify(ca)) return null;
      return Date.parse(known.valid_until) > Date.now() ? known : null;
    },
    keep({ servername, ca }, { sha256, validUntil }, replacesPin = '') {
      const valid_until = new Date(validUntil).toISOString();
      const verified: Verified = { sha256, valid_until, authorities: ca, replaces_pin: replacesPin };
      certificates = { ...read(), [servername]: verified }; // another bridge's may have been added since
      const content = { version: VERSION, certificates };
      try {
        folder.write(CERTIFICATE_FILE, `${JSON.stringify(content, null, 1)}\n`);
      } catch (thrown) {
        logger.debug('certificate_not_kept', asMonitorError(thrown).message, { file });
      }
    },
  };
}

/**
 * Passes every exchange on; one whose verification was done before asks for that certificate instead. A pinned
 * certificate may be replaced by one that the authorities vouch for, for the same bridge: firmware updates do that.
 */
export function verifyingOnce(http: Http, known: KnownCertificate, logger: Logger): Http {
  return async (request) => {
    const { ca, servername, pinnedSha256: pin = '' } = request.tls ?? {};
    if (!request.url.startsWith('https:') || ca === undefined || servername === undefined) return http(request);
    const basis = { ca, servername };
    const before = known.find(basis);
    const verified = before !== null && before.replaces_pin === pin ? before : null;
    const expected = verified?.sha256 ?? pin;
    let refusal: unknown;
    if (expected !== '') {
      try {
        return await http({ ...request, tls: { servername, pinnedSha256: expected } });
      } catch (thrown) {
        // Renewed, or another bridge: nothing was sent yet, and the verification shows which.
        if (!isOtherCertificate(thrown)) throw thrown;
        refusal = thrown;
      }
    }
    let shown: PeerCertificate | undefined;
    const onVerified = (certificate: PeerCertificate) => (shown = certificate);
    try {
      return await http({ ...request, tls: { ...basis, onVerified } });
    } catch (thrown) {
      // No authority vouches for what is there instead of the pinned certificate.
      throw pin !== '' && shown === undefined && isAboutTls(thrown) ? refusal : thrown;
    } finally {
      if (shown !== undefined) {
        known.keep(basis, shown, pin);
        if (pin !== '' && verified === null) sayReplaced(servername, logger);
      }
    }
  };
}

function sayReplaced(bridgeId: string, logger: Logger): void {
  const message = `the bridge ${bridgeId} shows a certificate of an authority instead of the pinned one: it is accepted from now on, and the pinned one is not. Write certificate_sha256: "" in config.yaml, or run auth-hue`;
  logger.warning('certificate_replaced', message, { bridge_id: bridgeId });
}

function isAboutTls(thrown: unknown): boolean {
  return thrown instanceof MonitorError && (thrown.type === 'tls' || thrown.type === 'wrong_bridge');
}

function isOtherCertificate(thrown: unknown): boolean {
  return thrown instanceof MonitorError && errorCode(thrown.cause) === 'ERR_TLS_CERT_NOT_PINNED';
}

/** bridge id → its certificate */
type Certificates = Record<string, Verified>;

/**
 * Only a file that nobody else can have written is believed; this checks the open file, because its name may lead
 * elsewhere by now.
 */
function readCertificates(file: string): Certificates {
  try {
    const content: unknown = JSON.parse(readOwnFile(file, OTHERS_MAY_WRITE));
    const certificates = isObject(content) && content['version'] === VERSION ? content['certificates'] : null;
    if (isObject(certificates)) return Object.fromEntries(Object.entries(certificates).filter(isVerified));
  } catch {
    // It counts as none.
  }
  return {};
}

function isVerified(entry: [string, unknown]): entry is [string, Verified] {
  const [, value] = entry;
  if (!isObject(value)) return false;
  const { sha256, valid_until: until, authorities, replaces_pin: pin } = value;
  const isDigest = typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  return isDigest && typeof until === 'string' && Array.isArray(authorities) && typeof pin === 'string';
}

const OTHERS_MAY_WRITE: Objection = (file, path) => {
  const isOurs = file.uid === ownerOfOurFiles(path) && (file.mode & 0o022) === 0;
  return oddKindOf(file) ?? (isOurs ? null : 'may be written by others');
};
