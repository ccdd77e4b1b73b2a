/** Asks Signify's discovery service which bridges contacted it from this network; it learns nothing but our address. */
import { MonitorError } from '../../errors';
import type { Http } from '../../http/http';
import { isObject, parseJson } from './clip';
import { isUsableHost, normalBridgeId, type FoundBridge } from './found-bridge';

export interface CloudDiscoveryContext {
  /** hue.discovery_url */
  url: string;
  http: Http;
  signal: AbortSignal;
}

const TIMEOUT_MS = 5000;

/**
 * @returns the bridges it lists; behind carrier-grade NAT none, and some of them may be long gone
 * @throws MonitorError if it did not answer with a list: 429 at more than about one question in 15 minutes
 */
export async function findByCloud({ url, http, signal }: CloudDiscoveryContext): Promise<FoundBridge[]> {
  const endpoint = `GET ${url}`;
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: 100_000, signal };
  const response = await http({ method: 'GET', url, endpoint, ...limits, elsewhere: true });
  if (response.status !== 200) {
    throw new MonitorError(`${endpoint} answered ${response.status}`, {
      type: response.status === 429 ? 'rate_limited' : 'http',
      endpoint,
      remediation: { say: 'Wait 15 minutes, or give the address', command: 'node bin/auth-hue.js --bridge ADDRESS' },
    });
  }
  const list = parseJson(response.body, endpoint);
  if (!Array.isArray(list)) {
    throw new MonitorError(`the answer of ${endpoint} is not a list`, { type: 'invalid_response', endpoint });
  }
  return list.flatMap(bridgeOf);
}

function bridgeOf(item: unknown): FoundBridge[] {
  if (!isObject(item)) return [];
  const bridgeId = normalBridgeId(item['id']);
  const host = item['internalipaddress'];
  if (bridgeId === null || !isUsableHost(host)) return [];
  const port = Number(item['port']);
  const announced = Number.isInteger(port) && port > 0 && port < 65536 ? port : null;
  return [{ bridgeId, host, port: announced, foundBy: 'cloud' }];
}
