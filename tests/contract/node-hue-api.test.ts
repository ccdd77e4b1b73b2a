/**
 * A client by other authors with the simulated bridge: what node-hue-api expects of a real bridge must be true for
 * ours. Its own HTTPS connect() fetches the certificate from port 443, which a test cannot have: over HTTPS its Api and
 * Transport are used directly, with an agent that verifies the bridge id.
 */
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { fault } from '../../lib/simulator/faults';
import { startHueBridge, type HueBridge } from '../../lib/simulator/hue-bridge';
import { home } from '../../lib/simulator/hue-home';

/** The parts of node-hue-api that are used here; its own declarations date from an older TypeScript. */
interface HueSensor {
  id: number;
  name: string;
  type: string;
  uniqueid?: string;
  temperature?: number;
}
interface HueApi {
  users: { createUser(app: string, device: string): Promise<{ username: string; clientkey: string }> };
  sensors: { getAll(): Promise<HueSensor[]>; getSensor(id: number | string): Promise<HueSensor> };
  configuration: {
    getAll(): Promise<Record<string, Record<string, unknown>>>;
    getConfiguration(): Promise<{ bridgeid: string; modelid: string }>;
  };
  lights: { getAll(): Promise<unknown[]> };
  groups: { getAll(): Promise<{ id: number; name: string }[]> };
  scenes: { getAll(): Promise<unknown[]> };
  rules: { getAll(): Promise<unknown[]> };
}

/* eslint-disable @typescript-eslint/no-require-imports -- its declarations are left aside, see above */
const { v3 } = require('node-hue-api') as {
  v3: { api: { createInsecureLocal(host: string, port: number): { connect(key?: string): Promise<HueApi> } } };
};
const Api = require('node-hue-api/lib/api/Api') as new (config: object, transport: unknown) => HueApi;
const Transport = require('node-hue-api/lib/api/http/Transport') as new (key: string, client: unknown) => unknown;
const discovery = require('node-hue-api/lib/api/discovery/bridge-validation') as Record<
  'getBridgeConfig' | 'getBridgeDescription',
  (bridge: { internalipaddress: string }) => Promise<unknown>
>;
/** its own HTTP client */
const axios = createRequire(require.resolve('node-hue-api'))('axios') as { create(options: object): unknown };
/* eslint-enable @typescript-eslint/no-require-imports */

let bridge: HueBridge;
beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined); // it warns of plain HTTP
  bridge = await startHueBridge({ home: home({ motionSensors: 8, lights: 5 }), values: 'fixed' });
});
afterAll(() => bridge.close());

const connect = (key?: string) => v3.api.createInsecureLocal('127.0.0.1', bridge.port).connect(key);

test('it recognises the bridge', async () => {
  const found = { internalipaddress: `127.0.0.1:${bridge.port}` };
  expect(await discovery.getBridgeConfig(found)).toMatchObject({ name: 'Hue Bridge', modelid: 'BSB002' });
  expect(await discovery.getBridgeDescription(found)).toMatchObject({
    ipaddress: '127.0.0.1',
    model: { number: 'BSB002', serial: '001788100001' },
  });
});

test('it pairs when the link button was pressed, not before', async () => {
  const api = await connect();
  await expect(api.users.createUser('monitor', 'test')).rejects.toThrow('link button not pressed');
  bridge.press();
  const { username, clientkey } = await api.users.createUser('monitor', 'test');
  expect([username.length, clientkey.length]).toEqual([40, 32]);
  expect(await (await connect(username)).sensors.getAll()).not.toHaveLength(0);
});

test('a key the bridge does not know is refused', async () => {
  const api = await connect('an-unknown-key');
  await expect(api.sensors.getAll()).rejects.toThrow('unauthorized user');
});

async function readsEverything(api: HueApi): Promise<void> {
  const sensors = await api.sensors.getAll();
  const temperatures = sensors.filter(({ type }) => type === 'ZLLTemperature');
  expect(temperatures.map(({ temperature }) => temperature)).toEqual(
    Array.from({ length: 8 }, (_, index) => bridge.motionSensor(index + 1).temperature.state['temperature']),
  );
  const { temperatureId, temperature } = bridge.motionSensor('Kitchen');
  expect(await api.sensors.getSensor(temperatureId)).toMatchObject({ uniqueid: temperature.uniqueid });

  const full = await api.configuration.getAll();
  expect(Object.keys(full['sensors'] ?? {})).toHaveLength(sensors.length);
  expect(await api.configuration.getConfiguration()).toMatchObject({ bridgeid: '001788FFFE100001' });
  expect(await api.lights.getAll()).toHaveLength(5);
  expect((await api.groups.getAll()).map(({ id }) => id)).toContain(0);
  expect(await api.scenes.getAll()).toHaveLength(25);
  expect(await api.rules.getAll()).toHaveLength(5);
}

test('it reads sensors and the full configuration over HTTP', async () => {
  await readsEverything(await connect(bridge.key));
});

test('it reads sensors and the full configuration over HTTPS, the bridge id verified', async () => {
  const overTls = (servername: string) => {
    const httpsAgent = new Agent({ ca: bridge.ca, servername });
    const baseURL = `${bridge.httpsUrl}/api`;
    const transport = new Transport(bridge.key, axios.create({ baseURL, httpsAgent }));
    return new Api({ remote: false, baseUrl: baseURL, username: bridge.key }, transport);
  };
  await readsEverything(overTls(bridge.bridgeId));
  await expect(overTls('001788fffe000001').sensors.getAll()).rejects.toThrow(/altnames|does not match/i);
});

test('it gets the faults as it would get them from a real bridge', async () => {
  const api = await connect(bridge.key);
  bridge.faults.next('/sensors', fault.reset());
  await expect(api.sensors.getAll()).rejects.toThrow('ECONNRESET');
  bridge.faults.next('/sensors', fault.truncated());
  await expect(api.sensors.getAll()).rejects.toThrow();
  await readsEverything(api);
});
