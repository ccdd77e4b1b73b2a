/** Gets a key from a bridge: it gives one to any program that asks within 30 s after its button was pressed. */
import { asMonitorError, MonitorError } from '../../errors';
import type { Http, TlsOptions } from '../../http/http';
import type { Redact } from '../../logging/redact';
import type { Sleep } from '../../reliability/sleep';
import { isObject, parseClipBody, parseJson } from './clip';

export interface PairingContext {
  /** scheme, host and port of the bridge */
  address: string;
  tls: TlsOptions;
  http: Http;
  /** how this program is called in the bridge's list of apps: `app#instance`, at most 40 characters */
  deviceType: string;
  timeoutMs: number;
  signal: AbortSignal;
  redact: Redact;
  sleep: Sleep;
  /** milliseconds of a clock that never jumps */
  now?: () => number;
  /** called about once a second while the button is waited for */
  onWait?: (secondsLeft: number) => void;
}

const WAIT_MS = 30_000;
const ASK_EVERY_MS = 1000;

/**
 * Asks again and again until the button is pressed, at most 30 s.
 * @returns the key, which is a secret
 * @throws MonitorError `link_button` if it was not pressed in time; what else the bridge said; the signal's reason
 */
export async function pair(context: PairingContext): Promise<string> {
  const { now = () => performance.now(), signal, sleep } = context;
  const endsAt = now() + WAIT_MS;
  for (;;) {
    let failure: MonitorError;
    try {
      return await askForKey(context);
    } catch (thrown) {
      failure = asMonitorError(thrown);
    }
    signal.throwIfAborted();
    const notYet = failure.type === 'link_button';
    if (failure.permanent && !notYet) throw failure;
    const leftMs = endsAt - now();
    if (leftMs <= 0) throw notYet ? notPressed() : failure;
    context.onWait?.(Math.ceil(leftMs / 1000));
    await sleep(Math.min(ASK_EVERY_MS, leftMs), signal);
  }
}

async function askForKey(context: PairingContext): Promise<string> {
  const { address, tls, http, deviceType, timeoutMs, signal, redact } = context;
  const endpoint = `POST ${address}/api`;
  const body = JSON.stringify({ devicetype: deviceType });
  const headers = { 'Content-Type': 'application/json' };
  const response = await http({
    method: 'POST',
    url: `${address}/api`,
    endpoint,
    headers,
    body,
    timeoutMs,
    signal,
    tls,
  });
  if (response.status !== 200) {
    throw new MonitorError(`${endpoint} answered ${response.status}`, {
      type: response.status === 429 ? 'rate_limited' : 'http',
      permanent: response.status < 500 && response.status !== 429,
      endpoint,
      remediation: { say: 'Pair again', command: 'node bin/auth-hue.js' },
    });
  }
  const answer = parseJson(response.body, endpoint);
  const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const success = isObject(first) ? first['success'] : undefined;
  if (!isObject(success)) throw refusal(response.body, endpoint, redact);
  const key = success['username'];
  if (typeof key === 'string' && /^[A-Za-z0-9-]{10,64}$/.test(key)) return key;
  throw new MonitorError(`the bridge gave a key of unknown form at ${endpoint}`, {
    type: 'invalid_response',
    permanent: true,
    endpoint,
    remediation: 'Update the bridge in its app, then run "node bin/auth-hue.js" again.',
  });
}

function refusal(body: Buffer, endpoint: string, redact: Redact): MonitorError {
  try {
    parseClipBody(body, endpoint, redact);
  } catch (thrown) {
    return asMonitorError(thrown);
  }
  const options = { type: 'invalid_response', permanent: true, endpoint } as const;
  return new MonitorError(`the answer of ${endpoint} is neither a key nor an error`, options);
}

function notPressed(): MonitorError {
  return new MonitorError('the link button was not pressed within 30 s: nothing was changed', {
    type: 'link_button',
    permanent: true,
    remediation:
      'Run the command (node bin/auth-hue.js, with the same flags) again, and press the round button on top of the bridge when it asks for it.',
  });
}
