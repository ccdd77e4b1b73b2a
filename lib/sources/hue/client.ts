/** Asks a Hue Bridge, one question per method; speaks CLIP v1 and knows what its status codes mean. */
import { MonitorError } from '../../errors';
import type { EndpointKind, Http, HttpRequest, TlsOptions } from '../../http/http';
import type { KeptConnection } from '../../http/kept-connection';
import { meaningOf, type StatusMeaning } from '../../http/status';
import type { Redact } from '../../logging/redact';
import type { DeviceTexts } from '../device-text';
import { isObject, parseClipBody, parseJson, sensorsOf, unauthorized, UnexpectedAnswer } from './clip';
import type { ClipPublicConfig, ClipSensors } from './clip';
import { normalBridgeId } from './found-bridge';

export interface HueClientContext {
  http: Http;
  /** the application key; shown nowhere */
  key: string;
  tls: TlsOptions;
  timeoutMs: number;
  /** knows the key, and every other secret */
  redact: Redact;
  signal: AbortSignal;
  texts: Pick<DeviceTexts, 'decoded'>;
}

/** Whether the full configuration is what was wanted, or what is asked for instead of `/sensors`. */
export type FullKind = Extract<EndpointKind, 'full' | 'fallback'>;

/** `address` is scheme, host and port of the bridge: `https://192.168.1.10`. */
export interface HueClient {
  /** `GET /api/<key>/sensors` */
  sensors(address: string, connection?: KeptConnection): Promise<ClipSensors>;
  /** `GET /api/<key>`, of which only the sensors are kept */
  sensorsOfFullConfiguration(address: string, kind: FullKind, connection?: KeptConnection): Promise<ClipSensors>;
  /** `GET /api/config`: public, proves which bridge answers, never that the key is right */
  publicConfig(address: string, connection?: KeptConnection): Promise<ClipPublicConfig>;
}

/** The paths that hold the key, as they may be shown. */
export const SHOWN_PATH = { sensors: '/api/<key>/sensors', full: '/api/<key>' } as const;

export function createHueClient(context: HueClientContext): HueClient {
  const { http, key, redact, texts } = context;

  async function get(
    address: string,
    path: string,
    shownPath = path,
    more: Pick<HttpRequest, 'endpointKind' | 'connection'> = {},
  ): Promise<{ body: Buffer; endpoint: string }> {
    const endpoint = `GET ${address}${shownPath}`;
    const { timeoutMs, signal, tls } = context;
    const response = await http({ method: 'GET', url: `${address}${path}`, endpoint, timeoutMs, signal, tls, ...more });
    const meaning = meaningOf(response);
    if (meaning !== null) throw statusError(meaning, response.status, endpoint);
    return { body: response.body, endpoint };
  }

  return {
    async sensors(address, connection) {
      const { body, endpoint } = await get(address, `/api/${key}/sensors`, SHOWN_PATH.sensors, {
        endpointKind: 'sensors',
        ...over(connection),
      });
      const sensors = parseClipBody(body, endpoint, redact);
      texts.decoded(body);
      return sensors;
    },
    async sensorsOfFullConfiguration(address, endpointKind, connection) {
      const more = { endpointKind, ...over(connection) };
      const { body, endpoint } = await get(address, `/api/${key}`, SHOWN_PATH.full, more);
      const sensors = sensorsOf(parseClipBody(body, endpoint, redact), endpoint);
      texts.decoded(body);
      return sensors;
    },
    async publicConfig(address, connection) {
      const { body, endpoint } = await get(address, '/api/config', '/api/config', over(connection));
      return publicConfigOf(parseJson(body, endpoint), endpoint);
    },
  };
}

const over = (connection?: KeptConnection) => (connection === undefined ? {} : { connection });

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
  return {
    bridgeId: bridgeId.toLowerCase(),
    modelId: text(config['modelid']),
    name: text(config['name']),
    replacesBridgeId: normalBridgeId(config['replacesbridgeid']),
  };
}

function statusError({ type, ...meaning }: StatusMeaning, status: number, endpoint: string): MonitorError {
  if (type === 'unauthorized') return unauthorized(endpoint);
  const overloaded = status === 429 || status === 503;
  const Kind = meaning.permanent ? UnexpectedAnswer : MonitorError;
  return new Kind(`${endpoint} answered ${status}${overloaded ? ': the bridge is overloaded' : ''}`, {
    type,
    endpoint,
    remediation: overloaded
      ? 'Another app may be asking the bridge too often; that ends by itself.'
      : 'Check hue.bridge_url: something else than a Hue Bridge may be answering there.',
    ...meaning,
  });
}
