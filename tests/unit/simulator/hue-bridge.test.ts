import { home } from '../../../lib/simulator/hue-home';
import type { ClipSensor } from '../../../lib/simulator/hue-home-shape';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../lib/simulator/hue-bridge';

const NOON = Date.UTC(2025, 10, 20, 12);
let bridge: HueBridge;
afterEach(() => bridge.close());

async function start(options: HueBridgeOptions = {}): Promise<void> {
  bridge = await startHueBridge({ now: () => NOON, protocols: ['http'], ...options });
}

async function ask<T = unknown>(path: string, init?: RequestInit): Promise<T> {
  return (await (await fetch(bridge.url + path, init)).json()) as T;
}

const askSensors = () => ask<Record<string, ClipSensor>>(`/api/${bridge.key}/sensors`);
const pair = (body: unknown) => ask('/api', { method: 'POST', body: JSON.stringify(body) });
const error = (type: number, address: string, description: string) => [{ error: { type, address, description } }];

describe('access', () => {
  test.each(['/api/config', '/api/0/config', '/api/anything/config'])('%s is public', async (path) => {
    await start();
    expect(await ask(path)).toMatchObject({
      bridgeid: '001788FFFE100001',
      mac: '00:17:88:10:00:01',
      modelid: 'BSB002',
    });
    expect(JSON.stringify(await ask(path))).not.toContain('whitelist');
  });

  test.each(['/sensors', '/sensors/1', '/', '/config/whitelist'])('%s needs a key', async (path) => {
    await start();
    const address = path === '/' ? '/' : path;
    expect(await ask(`/api/not-a-key${path}`)).toEqual(error(1, address, 'unauthorized user'));
  });

  test('a key that was deleted gives no access', async () => {
    await start();
    bridge.state.keys.delete(bridge.key);
    expect(await ask(`/api/${bridge.key}/sensors`)).toEqual(error(1, '/sensors', 'unauthorized user'));
  });

  test.each([
    ['/sensors/99', error(3, '/sensors/99', 'resource, /sensors/99, not available')],
    ['/nonsense', error(4, '/nonsense', 'method, GET, not available for resource, /nonsense')],
    ['/sensors/constructor', error(3, '/sensors/constructor', 'resource, /sensors/constructor, not available')],
  ])('%s is not there', async (path, answer) => {
    await start();
    expect(await ask(`/api/${bridge.key}${path}`)).toEqual(answer);
  });

  test('other places answer 404', async () => {
    await start();
    expect((await fetch(`${bridge.url}/clip/v2/resource`)).status).toBe(404);
  });
});

describe('pairing', () => {
  test.each([
    [30_000, 'success'],
    [30_001, 'error'],
  ])('%i ms after the press: %s', async (later, outcome) => {
    let now = NOON;
    await start({ now: () => now });
    bridge.press();
    now += later;
    expect(await pair({ devicetype: 'app#test' })).toEqual([{ [outcome]: expect.anything() as unknown }]);
  });

  test.each([
    ['{', 2],
    ['{}', 7],
  ])('body %s is error %i', async (body, type) => {
    await start();
    bridge.press();
    const [answer] = await ask<[{ error: { type: number } }]>('/api', { method: 'POST', body });
    expect(answer.error.type).toBe(type);
  });
});

describe('what it answers', () => {
  test("the sensors of the full configuration are the same, together with all apps' keys", async () => {
    await start({ values: 'fixed' });
    const full = await ask<{ sensors: unknown; config: { whitelist: object } }>(`/api/${bridge.key}`);
    expect(full.sensors).toEqual(await askSensors());
    expect(Object.keys(full)).toEqual(
      expect.arrayContaining([
        'lights',
        'groups',
        'config',
        'schedules',
        'scenes',
        'rules',
        'sensors',
        'resourcelinks',
      ]),
    );
    expect(Object.keys(full.config.whitelist)).toEqual([bridge.key, ...bridge.home.otherKeys]);
  });

  test('sizes are those of real homes: about 15 and 43 KB', async () => {
    await start();
    const size = async (path: string) => (await (await fetch(`${bridge.url}/api/${bridge.key}${path}`)).text()).length;
    expect(await size('/sensors')).toBeGreaterThan(13_000);
    expect(await size('/sensors')).toBeLessThan(17_000);
    expect(await size('')).toBeGreaterThan(31_000);
    expect(await size('')).toBeLessThan(45_000);
  });

  test('the same seed gives the same home, another seed another home', () => {
    bridge = { close: () => Promise.resolve() } as HueBridge;
    expect(home({ seed: 7 })).toEqual(home({ seed: 7 }));
    expect(home({ seed: 7 })).not.toEqual(home({ seed: 8 }));
  });

  test('sensors sent a value between 0 and 263 s ago by the clock, unless the test sets the time', async () => {
    await start();
    const { temperature, temperatureId } = bridge.motionSensor('Hall');
    bridge.home.ages[temperatureId] = 3600;
    expect((await askSensors())[temperatureId]?.state.lastupdated).toBe('2025-11-20T11:00:00');
    const ages = Object.values(await askSensors())
      .filter(({ type, uniqueid }) => type === 'ZLLTemperature' && uniqueid !== temperature.uniqueid)
      .map(({ state }) => (NOON - Date.parse(`${state.lastupdated ?? ''}Z`)) / 1000);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ages)).toBeLessThanOrEqual(263);
    Reflect.deleteProperty(bridge.home.ages, temperatureId);
    temperature.state.lastupdated = 'none';
    expect((await askSensors())[temperatureId]?.state.lastupdated).toBe('none');
  });

  test('values stay, or change, but never those of a sensor that is off', async () => {
    await start({ values: 'fixed' });
    expect(await askSensors()).toEqual(await askSensors());
    bridge.state.values = 'drift';
    const off = bridge.motionSensor('Kitchen');
    off.temperature.config.on = false;
    const first = await askSensors();
    const second = await askSensors();
    expect(second).not.toEqual(first);
    expect(second[off.temperatureId]).toEqual(first[off.temperatureId]);
  });
});

test("the Date header is the bridge's clock, and so is its UTC", async () => {
  await start();
  const response = await fetch(`${bridge.url}/api/${bridge.key}/config`);
  expect(response.headers.get('date')).toBe('Thu, 20 Nov 2025 12:00:00 GMT');
  expect(await response.json()).toMatchObject({ UTC: '2025-11-20T12:00:00' });
});
