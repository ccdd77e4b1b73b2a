/** What a bridge answers: CLIP v1, resource by resource. */
import { html, json, text, type Answer, type SimulatedRequest } from './answer';
import type { Home } from './hue-home-shape';
import type { Random } from './random';

export interface BridgeState {
  home: Home;
  /** upper case, as bridges write it */
  bridgeId: string;
  address: string;
  /** `BSB002`; a Bridge Pro is `BSB003` */
  modelId: string;
  /** the bridge whose home a Bridge Pro has taken over, in upper case */
  replacesBridgeId: string | null;
  /** every http request is answered by a redirect to https */
  httpGivenUp: boolean;
  /** the keys that are accepted; delete one and its owner is unauthorized */
  keys: Set<string>;
  /** when the link button was pressed */
  pressedAt: number;
  values: 'fixed' | 'drift';
  sensorsBody: string | Buffer | undefined;
  fullBody: string | Buffer | undefined;
  random: Random;
  now: () => number;
}

const LINK_BUTTON_MS = 30_000;

/** @param request any request: for an unknown one there is an error, as from a real bridge */
export function answerClip(state: BridgeState, request: SimulatedRequest): Answer {
  const { method, path } = request;
  if (path === '/description.xml') return description(state, request);
  const [root, ...steps] = path.slice(1).split('/');
  if (root !== 'api') return html(404);
  if (method === 'POST' && steps.length === 0) return pair(state, request.body);
  // Public, with any key.
  const last = steps.at(-1);
  const known = state.keys.has(steps[0] ?? '');
  if (method === 'GET' && last === 'config' && (steps.length === 1 || (steps.length === 2 && !known))) {
    return json(publicConfig(state));
  }
  const address = `/${steps.slice(1).join('/')}`;
  if (!known) return hueError(1, address, 'unauthorized user');
  if (method !== 'GET') return hueError(4, address, `method, ${method}, not available for resource, ${address}`);
  report(state);
  return resource(state, steps.slice(1), address);
}

function resource(state: BridgeState, steps: string[], address: string): Answer {
  if (steps.length === 0 && state.fullBody !== undefined) return text(state.fullBody, 'application/json');
  const full: Record<string, unknown> = { config: fullConfig(state), ...state.home.resources };
  if (steps.length === 0) return json(full);
  if (address === '/sensors' && state.sensorsBody !== undefined) return text(state.sensorsBody, 'application/json');
  if (address === '/groups/0') return json(allLights(state.home));
  let found: unknown = full;
  for (const step of steps) {
    const isPlace = typeof found === 'object' && found !== null && Object.hasOwn(found, step);
    if (!isPlace) {
      return steps.length === 1
        ? hueError(4, address, `method, GET, not available for resource, ${address}`)
        : hueError(3, address, `resource, ${address}, not available`);
    }
    found = (found as Record<string, unknown>)[step];
  }
  return json(found);
}

/** The group of all lights, which is in no list. */
function allLights({ resources }: Home) {
  return {
    name: 'Group 0',
    lights: Object.keys(resources.lights),
    sensors: [],
    type: 'LightGroup',
    state: { all_on: false, any_on: true },
    recycle: false,
    action: { on: false, alert: 'none' },
  };
}

/** Sensors that are alive: `lastupdated` follows the clock, and values change a little if they may. */
function report({ home, values, random, now }: BridgeState): void {
  for (const [id, age] of Object.entries(home.ages)) {
    const sensor = home.resources.sensors[id];
    if (sensor === undefined) continue;
    sensor.state.lastupdated = clipTime(now() - age * 1000);
    const { temperature, lightlevel } = sensor.state;
    if (values === 'fixed' || sensor.config.on === false || sensor.config.reachable === false) continue;
    if (typeof temperature === 'number') sensor.state['temperature'] = temperature + random.between(-8, 8);
    if (typeof lightlevel === 'number')
      sensor.state['lightlevel'] = Math.max(0, lightlevel + random.between(-300, 300));
  }
}

function pair(state: BridgeState, body: string): Answer {
  let wish: { devicetype?: unknown; generateclientkey?: unknown };
  try {
    wish = JSON.parse(body) as typeof wish;
  } catch {
    return hueError(2, '', 'body contains invalid json');
  }
  if (typeof wish.devicetype !== 'string' || !/^.{1,40}$/.test(wish.devicetype)) {
    return hueError(7, '/devicetype', 'invalid value, , for parameter, devicetype');
  }
  const sincePress = state.now() - state.pressedAt;
  if (sincePress < 0 || sincePress > LINK_BUTTON_MS) return hueError(101, '', 'link button not pressed');
  const username = state.random.hex(40);
  state.keys.add(username);
  const clientkey = wish.generateclientkey === true ? { clientkey: state.random.hex(32).toUpperCase() } : {};
  return json([{ success: { username, ...clientkey } }]);
}

function publicConfig({ bridgeId, modelId, replacesBridgeId }: BridgeState) {
  return {
    name: 'Hue Bridge',
    datastoreversion: '176',
    swversion: '1968096020',
    apiversion: '1.68.0',
    mac: macOf(bridgeId),
    bridgeid: bridgeId,
    factorynew: false,
    replacesbridgeid: replacesBridgeId,
    modelid: modelId,
    starterkitid: '',
  };
}

function fullConfig(state: BridgeState) {
  const paired = [...state.keys, ...state.home.otherKeys].map((key, index) => [
    key,
    { 'last use date': '2025-11-20T12:00:00', 'create date': '2024-02-11T09:12:33', name: `app#device-${index}` },
  ]);
  const time = clipTime(state.now());
  return {
    ...publicConfig(state),
    zigbeechannel: 15,
    dhcp: true,
    ipaddress: state.address,
    netmask: '255.255.255.0',
    gateway: '192.168.1.1',
    proxyaddress: 'none',
    proxyport: 0,
    UTC: time,
    localtime: time,
    timezone: 'UTC',
    swupdate2: {
      checkforupdate: false,
      lastchange: '2025-10-12T19:00:43',
      bridge: { state: 'noupdates', lastinstall: '2025-10-12T16:07:35' },
      state: 'noupdates',
      autoinstall: { updatetime: 'T12:00:00', on: true },
    },
    linkbutton: false,
    portalservices: true,
    portalconnection: 'connected',
    portalstate: { signedon: true, incoming: false, outgoing: true, communication: 'disconnected' },
    internetservices: { internet: 'connected', remoteaccess: 'connected', time: 'connected', swupdate: 'connected' },
    backup: { status: 'idle', errorcode: 0 },
    whitelist: Object.fromEntries(paired) as Record<string, unknown>,
  };
}

/** UPnP's page, which clients read to see that this is a bridge. */
function description(state: BridgeState, { headers }: SimulatedRequest): Answer {
  const serial = macOf(state.bridgeId).replaceAll(':', '');
  return text(
    `<?xml version="1.0" encoding="UTF-8" ?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major>` +
      `<minor>0</minor></specVersion><URLBase>http://${headers.host ?? state.address}/</URLBase><device>` +
      `<friendlyName>Hue Bridge (${state.address})</friendlyName><manufacturer>Signify</manufacturer>` +
      `<modelName>Philips hue bridge 2015</modelName><modelNumber>${state.modelId}</modelNumber>` +
      `<serialNumber>${serial}</serialNumber></device></root>`,
    'text/xml',
  );
}

const hueError = (type: number, address: string, what: string) =>
  json([{ error: { type, address, description: what } }]);

/** 001788FFFE100001 → 00:17:88:10:00:01 */
const macOf = (bridgeId: string) =>
  (`${bridgeId.slice(0, 6)}${bridgeId.slice(10)}`.toLowerCase().match(/../g) ?? []).join(':');

/** UTC without `Z` and without milliseconds, as the bridge writes it. */
const clipTime = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 19);
