/**
 * What a Hue Bridge says, in its own words (CLIP API v1), with everything checked before it is believed: emulators, old
 * firmware and apps put anything into a bridge. [real captures, homebridge-hue#169]
 */
import { MonitorError } from '../../errors';
import { excerptOf, type Redact } from '../../logging/redact';
import { decodeText } from '../device-text';
import { parseJson as parseText } from '../json';

/** One entry of the `sensors` map; every field may be missing or of another type. */
export interface ClipSensor {
  type?: unknown;
  name?: unknown;
  uniqueid?: unknown;
  state?: unknown;
  config?: unknown;
}

/** `sensors`: decimal id → any value. */
export type ClipSensors = Record<string, unknown>;

/** The public part of the configuration: `GET /api/config`. */
export interface ClipPublicConfig {
  /** 16 hex digits, lower case */
  bridgeId: string;
  modelId: string | null;
  /** the bridge from which this one took the home over; null if it did not, or does not say so */
  replacesBridgeId: string | null;
  name: string | null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What a healthy bridge that has started never says: HTML, nothing, half a document, 404, error 3. The other endpoint
 * may be better at once; if both answer so, it may be over in some seconds.
 */
export class UnexpectedAnswer extends MonitorError {}

/**
 * Parses the body of a 200 answer.
 * @param redact for what is quoted of it: bridges name the address that was asked for, and with it the key
 * @throws MonitorError `unauthorized` (error 1), `http` (error 901, which is transient), else an UnexpectedAnswer
 */
export function parseClipBody(body: Buffer, endpoint: string, redact: Redact): Record<string, unknown> {
  const parsed = parseJson(body, endpoint);
  if (Array.isArray(parsed)) throw errorOf(parsed, endpoint, redact);
  if (!isObject(parsed)) throw invalid('is not an object', endpoint);
  return parsed;
}

/** The `sensors` map of a full configuration; the rest of it (other apps' keys!) is dropped here. */
export function sensorsOf(fullConfiguration: Record<string, unknown>, endpoint: string): ClipSensors {
  const { sensors } = fullConfiguration;
  if (!isObject(sensors)) throw invalid('has no sensors', endpoint);
  return sensors;
}

export function parseJson(body: Buffer, endpoint: string): unknown {
  if (body.length === 0) throw invalid('is empty', endpoint);
  const text = decodeText(body);
  try {
    return parseText(text);
  } catch (thrown) {
    throw invalid(text.trimStart().startsWith('<') ? 'is HTML, not JSON' : (thrown as Error).message, endpoint);
  }
}

function invalid(what: string, endpoint: string): UnexpectedAnswer {
  return new UnexpectedAnswer(`the answer of ${endpoint} ${what}`, {
    type: 'invalid_response',
    permanent: true,
    endpoint,
    remediation: { say: 'If the bridge keeps answering so, restart it; then', command: 'node bin/health.js hue' },
  });
}

/** Errors come as HTTP 200 with a list; `type` is a number, from emulators a string. */
function errorOf(list: unknown[], endpoint: string, redact: Redact): MonitorError {
  const error = list.map((item) => (isObject(item) ? item['error'] : undefined)).find(isObject);
  if (!error) return invalid('is a list', endpoint);
  const type = Number(error['type']);
  const said = error['description'];
  const description = typeof said === 'string' ? excerptOf(said, 200, redact) : 'no description';
  if (type === 1) return unauthorized(endpoint);
  const Kind = type === 901 || type === 101 ? MonitorError : UnexpectedAnswer;
  return new Kind(`the bridge reports error ${type} (${description}) at ${endpoint}`, {
    type: type === 101 ? 'link_button' : 'http',
    permanent: type !== 901,
    endpoint,
    remediation: { say: 'If it stays so, restart the bridge; then', command: 'node bin/health.js hue' },
  });
}

export function unauthorized(endpoint: string): MonitorError {
  return new MonitorError(`the bridge refused the key at ${endpoint}`, {
    type: 'unauthorized',
    permanent: true,
    endpoint,
    remediation: { say: 'Pair again, and press the link button of the bridge', command: 'node bin/auth-hue.js' },
  });
}
