/** Asks a Hue Bridge, one question a method; speaks CLIP v1 and knows what its status codes mean. */
import { MonitorError } from '../../errors';
import type { Http, HttpResponse, TlsOptions } from '../../http/http';
import { retryAfterMs } from '../../http/retry-after';
import type { Logger } from '../../logging/logger';
import type { Redact } from '../../logging/redact';
import { createDeviceTexts, type DeviceTexts } from '../device-text';
import type { Traffic } from '../source';
import { isObject, parseClipBody, parseJson, sensorsOf, unauthorized, UnexpectedAnswer } from './clip';
import type { ClipPublicConfig, ClipSensors } from './clip';

export interface HueClientContext {
  http: Http;
  /** the application key; shown nowhere */
  key: string;
  tls: TlsOptions;
  timeoutMs: number;
  traffic: Traffic;
  logger: Logger;
  /** knows the key, and every other secret */
  redact: Redact;
  signal: AbortSignal;
  /** default: some of its own */
  texts?: DeviceTexts;
}

/** `address` is scheme, host and port of the bridge: `https://192.168.1.10`. */
export interface HueClient {
  /** `GET /api/<key>/sensors` */
  sensors(address: string): Promise<ClipSensors>;
  /** `GET /api/<key>`, of which only the sensors are kept */
  sensorsOfFullConfiguration(address: string): Promise<ClipSensors>;
  /** `GET /api/config`: public, proves who answers, never that the key is right */
  publicConfig(address: string): Promise<ClipPublicConfig>;
}

/** The paths that hold the key, as they may be shown. */
export const SHOWN_PATH = { sensors: '/api/<key>/sensors', full: '/api/<key>' } as const;

export function createHueClient(context: HueClientContext): HueClient {
  const { http, key, logger, redact, traffic, texts = createDeviceTexts(logger) } = context;

  /** One GET, counted and logged whatever comes of it. */
  async function get(address: string, path: string, shownPath = path): Promise<{ body: Buffer; endpoint: string }> {
    const endpoint = `GET ${address}${shownPath}`;
    traffic.requests++;
    const startedAt = performance.now();
    const response = await http({
      method: 'GET',
      url: `${address}${path}`,
      endpoint,
      timeoutMs: context.timeoutMs,
      signal: context.signal,
      tls: context.tls,
    });
    traffic.payloadBytes += response.payloadBytes;
    logger.info('http_response', `${endpoint} answered ${response.status}`, {
      endpoint,
      status: response.status,
      payload_bytes: response.payloadBytes,
      duration_ms: Math.round(performance.now() - startedAt),
    });
    if (response.status !== 200) throw statusError(response, endpoint);
    return { body: response.body, endpoint };
  }

  return {
    async sensors(address) {
      const { body, endpoint } = await get(address, `/api/${key}/sensors`, SHOWN_PATH.sensors);
      const sensors = parseClipBody(body, endpoint, redact);
      texts.decoded(body);
      return sensors;
    },
    async sensorsOfFullConfiguration(address) {
      const { body, endpoint } = await get(address, `/api/${key}`, SHOWN_PATH.full);
      const sensors = sensorsOf(parseClipBody(body, endpoint, redact), endpoint);
      texts.decoded(body);
      return sensors;
    },
    async publicConfig(address) {
      const { body, endpoint } = await get(address, '/api/config');
      return publicConfigOf(parseJson(body, endpoint), endpoint);
    },
  };
}

function publicConfigOf(config: unknown, endpoint: string): ClipPublicConfig {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const bridgeId = isObject(config) ? config['bridgeid'] : undefined;
  if (!isObject(config) || typeof bridgeId !== 'string' || !/^[0-9a-f]{16}$/i.test(bridgeId)) {
    throw new MonitorError(`what answers ${endpoint} is not a Hue Bridge`, {
      type: 'wrong_bridge',
      endpoint,
      remediation: 'Check hue.bridge_url, or run "node bin/auth-hue.js".',
    });
  }
  return { bridgeId: bridgeId.toLowerCase(), modelId: text(config['modelid']), name: text(config['name']) };
}

/** 429 and 503 say that the bridge is overloaded, perhaps by another app; 500 happens under load. */
function statusError(response: HttpResponse, endpoint: string): MonitorError {
  const { status } = response;
  if (status === 401 || status === 403) return unauthorized(endpoint);
  const overloaded = status === 429 || status === 503;
  const wait = retryAfterMs(response.header('retry-after'));
  const permanent = status < 500 && ![408, 425, 429].includes(status);
  const Kind = permanent ? UnexpectedAnswer : MonitorError;
  return new Kind(`${endpoint} answered ${status}${overloaded ? ': the bridge is overloaded' : ''}`, {
    type: overloaded ? 'rate_limited' : 'http',
    permanent,
    endpoint,
    remediation: overloaded
      ? 'Another app may be asking the bridge too often; it heals by itself.'
      : 'Check hue.bridge_url: something else than a Hue Bridge may be answering there.',
    ...(wait === null ? {} : { retryAfterMs: wait }),
  });
}
