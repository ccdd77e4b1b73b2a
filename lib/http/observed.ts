/** Every exchange of a cycle is counted, timed and logged here, for all sources in the same way. */
import type { Logger } from '../logging/logger';
import type { EndpointKind, Http, HttpRequest } from './http';

/** What the exchanges of a cycle cost, filled in while they are made, so that it is known after a failure as well. */
export interface Traffic {
  /** HTTP requests sent, retries included */
  requests: number;
  /** bytes of response bodies on the wire, before decompression */
  payloadBytes: number;
  /** which endpoint the readings came from; null until one answered. The source says it. */
  endpoint: EndpointKind | null;
  /**
   * the clock of the device minus ours, in milliseconds, to the second; null if it sent no time. Of several answers one
   * counts whose sender is proved, then the one that is nearest to our time
   */
  clockDifferenceMs: number | null;
  /** whether TLS has proved whose clock that is */
  clockProved: boolean;
}

export function noTraffic(): Traffic {
  return { requests: 0, payloadBytes: 0, endpoint: null, clockDifferenceMs: null, clockProved: false };
}

/** The same exchange, observed. */
export function observed(
  http: Http,
  { traffic, logger, now = () => new Date() }: { traffic: Traffic; logger: Logger; now?: () => Date },
): Http {
  return async (request) => {
    traffic.requests++;
    const askedAt = performance.now();
    const response = await http(request);
    traffic.payloadBytes += response.payloadBytes;
    const theirs = Date.parse(response.header('date') ?? '');
    const { endpoint, endpointKind, elsewhere = false } = request;
    if (!Number.isNaN(theirs) && !elsewhere) {
      hear(traffic, theirs - Math.floor(now().getTime() / 1000) * 1000, isProved(request));
    }
    logger.info('http_response', `${endpoint}: HTTP ${response.status}, ${response.payloadBytes} bytes`, {
      endpoint,
      ...(endpointKind === undefined ? {} : { endpoint_kind: endpointKind }),
      status: response.status,
      payload_bytes: response.payloadBytes,
      duration_ms: Math.round(performance.now() - askedAt),
    });
    return response;
  };
}

function hear(traffic: Traffic, differenceMs: number, proved: boolean): void {
  const { clockDifferenceMs: known, clockProved } = traffic;
  const isBetter = proved === clockProved ? known === null || Math.abs(differenceMs) < Math.abs(known) : proved;
  if (isBetter || known === null) Object.assign(traffic, { clockDifferenceMs: differenceMs, clockProved: proved });
}

function isProved({ url, tls }: HttpRequest): boolean {
  return url.startsWith('https:') && tls?.rejectUnauthorized !== false;
}
