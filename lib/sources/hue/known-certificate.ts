/**
 * A bridge's certificate is verified when it is first seen, and again whenever anything about it changes: verifying
 * makes Node.js 20 read all its own authorities as well, which costs a cycle 15 ms (docs/performance.md). In between,
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

export const CERTIFICATE_FILE = 'bridge-certificate.json';
const VERSION = 1;

/** What the verification was based on: with another name or other authorities it has to be done again. */
type Basis = Required<Pick<TlsOptions, 'servername' | 'ca'>>;

export interface KnownCertificate {
  /** authorities (PEM) that took part in the verification, and so can be read */
  readonly authorities: readonly unknown[];
  /** SHA-256 of the certificate that was verified on this basis and is still valid; null: verify */
  find(basis: Basis): string | null;
  keep(basis: Basis, certificate: PeerCertificate): void;
}

/** Nothing here ever fails a cycle: what cannot be read is verified again, what cannot be written costs time only. */
export function openKnownCertificate(folder: StateFolder, logger: Logger): KnownCertificate {
  const file = join(folder.path, CERTIFICATE_FILE);
  let content = read(file);
  return {
    get authorities() {
      return content.authorities;
    },
    find(basis) {
      const { bridge_id, authorities, sha256, valid_until: until } = content;
      if (bridge_id !== basis.servername || JSON.stringify(authorities) !== JSON.stringify(basis.ca)) return null;
      const valid = typeof until === 'string' && Date.parse(until) > Date.now();
      return valid && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null;
    },
    keep({ servername, ca }, { sha256, validUntil }) {
      const valid_until = new Date(validUntil).toISOString();
      content = { version: VERSION, bridge_id: servername, sha256, valid_until, authorities: ca };
      try {
        folder.write(CERTIFICATE_FILE, `${JSON.stringify(content, null, 1)}\n`);
      } catch (thrown) {
        logger.debug('certificate_not_kept', asMonitorError(thrown).message, { file });
      }
    },
  };
}

/** Passes every exchange on; one whose verification was done before asks for that certificate instead. */
export function verifyingOnce(http: Http, known: KnownCertificate): Http {
  return async (request) => {
    const { ca, servername } = request.tls ?? {};
    if (!request.url.startsWith('https:') || ca === undefined || servername === undefined) return http(request);
    const basis = { ca, servername };
    const pinnedSha256 = known.find(basis);
    if (pinnedSha256 !== null) {
      try {
        return await http({ ...request, tls: { servername, pinnedSha256 } });
      } catch (thrown) {
        // Renewed, or another bridge: nothing was sent yet, and the verification shows which.
        if (!isOtherCertificate(thrown)) throw thrown;
      }
    }
    let verified: PeerCertificate | undefined;
    const onVerified = (certificate: PeerCertificate) => (verified = certificate);
    const response = await http({ ...request, tls: { ...basis, onVerified } });
    if (verified !== undefined) known.keep(basis, verified);
    return response;
  };
}

function isOtherCertificate(thrown: unknown): boolean {
  return thrown instanceof MonitorError && errorCode(thrown.cause) === 'ERR_TLS_CERT_NOT_PINNED';
}

interface Content extends Record<string, unknown> {
  authorities: readonly unknown[];
}

/**
 * Only a file that nobody else can have written is believed; this checks the open file, because its name may lead
 * elsewhere by now.
 */
function read(file: string): Content {
  try {
    const content: unknown = JSON.parse(readOwnFile(file, OTHERS_MAY_WRITE));
    const authorities = isObject(content) && content['version'] === VERSION ? content['authorities'] : null;
    if (Array.isArray(authorities)) return { ...(content as object), authorities };
  } catch {
    // It counts as none.
  }
  return { authorities: [] };
}

const OTHERS_MAY_WRITE: Objection = (file, path) => {
  const isOurs = file.uid === ownerOfOurFiles(path) && (file.mode & 0o022) === 0;
  return oddKindOf(file) ?? (isOurs ? null : 'may be written by others');
};
