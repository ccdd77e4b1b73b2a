/** Every exchange of a cycle is counted, timed and logged here, for all sources in the same way. */
import type { Logger } from '../logging/logger';
import type { Http } from './http';

/** What the exchanges of a cycle cost, filled in while they are made, so that it is known after a failure as well. */
export interface Traffic {
  /** HTTP requests sent, retries included */
  requests: number;
  /** bytes of response bodies on the wire, before decompression */
  payloadBytes: number;
  /** which endpoint the readings came from; null until one answered. The source says it. */
  endpoint: 'sensors' | 'full' | 'fallback' | 'state' | null;
  /**
   * the clock of the last device that answered minus ours, in milliseconds, to the second; null if none sent the time
   */
  clockDifferenceMs: number | null;
}

export function noTraffic(): Traffic {
  return { requests: 0, payloadBytes: 0, endpoint: null, clockDifferenceMs: null };
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
    if (!Number.isNaN(theirs)) traffic.clockDifferenceMs = theirs - Math.floor(now().getTime() / 1000) * 1000;
    const { endpoint } = request;
    logger.info('http_response', `${endpoint}: HTTP ${response.status}, ${response.payloadBytes} bytes`, {
      endpoint,
      status: response.status,
      payload_bytes: response.payloadBytes,
      duration_ms: Math.round(performance.now() - askedAt),
    });
    return response;
  };
}
