/**
 * One HTTP exchange, as the sources see it. `fetch.ts` does it with node-fetch; tests of a source may pass their own.
 */
import type { KeptConnection } from './kept-connection';

export interface TlsOptions {
  /** further authorities, PEM */
  ca?: string[];
  /** the name the certificate must be for (the bridge id): sent as SNI and verified */
  servername?: string;
  /** false only if the user wrote `tls: insecure` */
  rejectUnauthorized?: boolean;
  /** SHA-256 of the only leaf certificate accepted, 64 lower-case hex digits: a pinned self-signed bridge */
  pinnedSha256?: string;
  /** called with the leaf that was verified against the authorities, before the request is sent */
  onVerified?: (certificate: PeerCertificate) => void;
}

export interface PeerCertificate {
  /** of the leaf in DER form, 64 lower-case hex digits */
  sha256: string;
  /** milliseconds since 1970 */
  validUntil: number;
}

/** Where the readings of a cycle come from: a value of `cycles.endpoint`. */
export type EndpointKind = 'sensors' | 'full' | 'fallback' | 'state';

export interface HttpRequest {
  method: 'GET' | 'POST';
  url: string;
  /** the URL as it may be shown: no key, no token. Goes into errors and the log. */
  endpoint: string;
  /** what is asked for, in the word of the row of the cycle; absent if no reading comes from it */
  endpointKind?: EndpointKind;
  headers?: Record<string, string>;
  body?: string;
  /** for the whole exchange, name look-up to last byte */
  timeoutMs: number;
  /** of the body, on the wire and decompressed; default 8 MB */
  maxBytes?: number;
  /** the cycle's deadline; its reason is what gets thrown */
  signal?: AbortSignal;
  tls?: TlsOptions;
  /** A redirect is returned like any answer (its `location` says where to) instead of being a failure. */
  returnRedirects?: boolean;
  /** over this one; only for http */
  connection?: KeptConnection;
  /** It goes to another machine than the device, whose clock says nothing of the device's. */
  elsewhere?: true;
}

export interface HttpResponse {
  status: number;
  header(name: string): string | null;
  /** all values of a repeated header: `set-cookie` */
  headerValues(name: string): string[];
  /** decompressed */
  body: Buffer;
  /** bytes of the body on the wire */
  payloadBytes: number;
}

/**
 * Does one exchange: no redirect is followed, no retry, any status is an answer.
 * @throws MonitorError `timeout`, `network`, `tls`, `invalid_response` (too large, broken encoding or cut short), or
 * the signal's reason.
 */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;
