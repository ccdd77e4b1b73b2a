/** A simulated Hue Bridge: CLIP v1 over HTTP and HTTPS, pairing by link button, and any fault on demand. */
import { text, type Answer, type SimulatedRequest } from './answer';
import { createTestAuthority, type TestAuthority } from './certificates';
import { createFaultScript, type FaultScript } from './fault-script';
import { answerClip, type BridgeState } from './hue-clip';
import { home as makeHome, motionSensor, type MotionSensor } from './hue-home';
import type { Home } from './hue-home-shape';
import { FAST_LINK, type Link } from './misbehave';
import { seededRandom } from './random';
import { startServer, type Server, type ServerIdentity } from './server';

export interface HueBridgeOptions {
  home?: Home;
  /** 16 hex digits; default 001788fffe100001 */
  bridgeId?: string;
  /** the key of a paired app, 40 characters; default one that looks like a real one */
  key?: string;
  /** default BSB002; a Bridge Pro is BSB003 */
  modelId?: string;
  /** the bridge whose home a Bridge Pro has taken over; it knows that one's keys */
  replacesBridgeId?: string;
  /** true: http answers only with redirects to https, as bridges do that give it up */
  httpGivenUp?: boolean;
  /** default `['http', 'https']`; a Bridge Pro has `['https']`, the round bridge `['http']` */
  protocols?: ('http' | 'https')[];
  /** default: a leaf with CN = bridge id in upper case, signed by `authority` */
  certificate?: ServerIdentity;
  /** default: a new test authority */
  authority?: TestAuthority;
  /** default 127.0.0.1 */
  address?: string;
  /** of the first protocol; default: any free one. For a bridge that comes back at the same address. */
  port?: number;
  /** `fixed`: the same values at every request; `drift` (default): they change a little, as in a real home */
  values?: 'fixed' | 'drift';
  /** for the drift */
  seed?: number;
  /** milliseconds since 1970 */
  now?: () => number;
  link?: Partial<Link>;
  /** a recorded `/sensors` body, answered byte by byte as it is */
  sensorsBody?: string | Buffer;
  /** a recorded full configuration */
  fullBody?: string | Buffer;
}

export interface HueBridge {
  /** `http://127.0.0.1:PORT`, or the HTTPS one if there is no HTTP */
  url: string;
  /** '' if there is none */
  httpsUrl: string;
  /** of `url` */
  port: number;
  /** of `httpsUrl`, else 0 */
  httpsPort: number;
  /** PEM for `ca_file`; '' if the certificate was given */
  ca: string;
  bridgeId: string;
  /** the paired app's key */
  key: string;
  home: Home;
  /** read at every request: change it as you like */
  state: BridgeState;
  faults: FaultScript;
  link: Link;
  /** every request so far, oldest first */
  requests: SimulatedRequest[];
  /** Presses the link button: pairing is possible for 30 s. */
  press(): void;
  /** The parts of the motion sensor of a room, by name or number from 1. */
  motionSensor(nameOrNumber: string | number): MotionSensor;
  close(): Promise<void>;
}

export async function startHueBridge(options: HueBridgeOptions = {}): Promise<HueBridge> {
  const { protocols = ['http', 'https'], address = '127.0.0.1', now = Date.now, seed = 1 } = options;
  const state: BridgeState = {
    home: options.home ?? makeHome(),
    bridgeId: (options.bridgeId ?? '001788fffe100001').toUpperCase(),
    address,
    modelId: options.modelId ?? 'BSB002',
    replacesBridgeId: options.replacesBridgeId?.toUpperCase() ?? null,
    httpGivenUp: options.httpGivenUp ?? false,
    keys: new Set([options.key ?? 'simulated-hue-application-key-0123456789']),
    pressedAt: -Infinity,
    values: options.values ?? 'drift',
    sensorsBody: options.sensorsBody,
    fullBody: options.fullBody,
    random: seededRandom(seed),
    now,
  };
  const faults = createFaultScript();
  const requests: SimulatedRequest[] = [];
  const link = { ...FAST_LINK, ...options.link };

  let ca = '';
  const servers: Partial<Record<'http' | 'https', Server>> = {};
  for (const protocol of protocols) {
    let tls: ServerIdentity | undefined;
    if (protocol === 'https') {
      tls = options.certificate;
      if (tls === undefined) {
        const authority = options.authority ?? (await createTestAuthority());
        ca = authority.ca;
        tls = await authority.bridge(state.bridgeId);
      }
    }
    const port = protocol === protocols[0] ? (options.port ?? 0) : 0;
    const answer = (request: SimulatedRequest): Answer =>
      protocol === 'http' && state.httpGivenUp
        ? text('', 'text/html', 301, { location: `${servers.https?.url ?? `https://${address}`}${request.path}` })
        : answerClip(state, request);
    const common = { name: 'bridge', answer, faults, link, requests, now, address, port };
    servers[protocol] = await startServer(tls === undefined ? common : { ...common, tls });
  }
  const first = servers.http ?? servers.https;
  if (first === undefined) throw new RangeError('a bridge speaks http, https or both');
  return {
    url: first.url,
    port: first.port,
    httpsUrl: servers.https?.url ?? '',
    httpsPort: servers.https?.port ?? 0,
    ca,
    bridgeId: state.bridgeId.toLowerCase(),
    key: [...state.keys][0] ?? '',
    home: state.home,
    state,
    faults,
    link,
    requests,
    press: () => {
      state.pressedAt = now();
    },
    motionSensor: (nameOrNumber) => motionSensor(state.home, nameOrNumber),
    close: async () => {
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}
