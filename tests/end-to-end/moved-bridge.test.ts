/** collect-hue, run as cron does, when the bridge is no longer where the configuration says. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../lib/simulator/certificates';
import { fault } from '../../lib/simulator/faults';
import { announceBridges } from '../../lib/simulator/hue-announcer';
import { startDiscoveryService, type DiscoveryService } from '../../lib/simulator/hue-discovery';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../lib/simulator/hue-bridge';
import { openHome, type Home } from '../support/home';
import { multicastWorks } from '../support/multicast';

const OURS = '001788fffe5a5a5a';
const ANOTHER = '001788fffe6b6b6b';
const KEY = 'canary-hue-key-0123456789012345678901234';

let authority: TestAuthority;
let multicast = false;
beforeAll(async () => {
  authority = await createTestAuthority();
  multicast = await multicastWorks();
});
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const common = (protocol: 'http' | 'https'): HueBridgeOptions => ({
  authority,
  protocols: [protocol],
  key: KEY,
  bridgeId: OURS,
});

async function another(protocol: 'http' | 'https', options: HueBridgeOptions): Promise<HueBridge> {
  const bridge = await startHueBridge({ ...common(protocol), ...options });
  running.push(bridge);
  return bridge;
}

/** A home whose bridge answers at first; the test sets the configuration, discovery included. */
async function startHome(protocol: 'http' | 'https', hue: Record<string, unknown>): Promise<Home> {
  const home = await openHome({ bridge: common(protocol), cloud: false, config: { hue } });
  running.push(home);
  return home;
}

/** Signify's service. */
async function startDiscovery(): Promise<DiscoveryService> {
  const service = await startDiscoveryService();
  running.push(service);
  return service;
}

const listed = (bridge: HueBridge, id = bridge.bridgeId) => ({
  id: id.toUpperCase(),
  internalipaddress: new URL(bridge.url).hostname,
  port: bridge.port,
});

const paths = (bridge: HueBridge) => bridge.requests.map(({ path }) => path.replace(KEY, '<key>'));
const sawTheKey = (bridge: HueBridge) => JSON.stringify(bridge.requests).includes(KEY);
const stateOf = (home: Home) => {
  const file = join(home.dataDirectory, 'bridge-state.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
};

describe.each(['https', 'http'] as const)('over %s, a bridge that moved', (protocol) => {
  const proof = protocol === 'http' ? ['/api/config'] : [];

  test('is found by the discovery service; the next cycle asks there first; the configuration does not change', async () => {
    const discovery = await startDiscovery();
    const home = await startHome(protocol, { discovery: ['cloud'], discovery_url: discovery.url });
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0 });
    expect(paths(home.bridge)).toEqual([...proof, '/api/<key>/sensors']);
    expect(existsSync(join(home.dataDirectory, 'bridge-state.json'))).toBe(false);

    await home.bridge.close();
    const moved = await another(protocol, { address: '127.0.0.2' });
    discovery.bridges = [listed(moved)];
    const configuration = readFileSync(home.configFile, 'utf8');
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('bridge_moved')).toMatchObject([
      { level: 'warning', from: home.bridge.url, to: moved.url, how: 'cloud' },
    ]);
    expect(stateOf(home)).toMatchObject({ version: 1, address: moved.url });
    expect(readFileSync(home.configFile, 'utf8')).toBe(configuration);

    moved.requests.length = 0;
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(paths(moved)).toEqual([...proof, '/api/<key>/sensors']);
    expect(discovery.requests).toHaveLength(1);
    expect(home.logged('bridge_moved')).toHaveLength(1);
    const health = await home.run('health', ['hue', '--json']);
    expect(JSON.parse(health.stdout)).toMatchObject({
      checks: [{ name: 'hue', status: 'pass', details: { bridge_url: moved.url } }],
    });
    expect(await home.query("SELECT outcome, readings_stored FROM cycles WHERE outcome = 'ok'")).toHaveLength(3);
  });

  test('is found although another bridge has its old address, which never sees the key', async () => {
    const discovery = await startDiscovery();
    const home = await startHome(protocol, { discovery: ['cloud'], discovery_url: discovery.url });
    await home.bridge.close();
    const impostor = await another(protocol, { bridgeId: ANOTHER, port: home.bridge.port });
    const moved = await another(protocol, { address: '127.0.0.2' });
    discovery.bridges = [listed(moved)];
    const { exitCode, stdout, stderr } = await home.run('collect-hue', ['--verbose']);
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('bridge_moved');
    expect(JSON.stringify([home.logLines(), stateOf(home), stderr])).not.toContain(KEY);
    expect(sawTheKey(impostor)).toBe(false);
    expect(sawTheKey(moved)).toBe(true);
    expect(home.logged('retry')).toEqual([]);
  });

  test('and is not found: exit 1, and the impostor at its old address never sees the key', async () => {
    const discovery = await startDiscovery();
    const home = await startHome(protocol, { discovery: ['cloud'], discovery_url: discovery.url });
    await home.bridge.close();
    const impostor = await another(protocol, { bridgeId: ANOTHER, port: home.bridge.port });
    const liar = await another(protocol, { bridgeId: ANOTHER, address: '127.0.0.3' });
    discovery.bridges = [listed(liar, OURS)];
    const { exitCode, stderr } = await home.run('collect-hue');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/another bridge/);
    expect([sawTheKey(impostor), sawTheKey(liar)]).toEqual([false, false]);
    expect(await home.query('SELECT error_type FROM cycles')).toEqual([{ error_type: 'wrong_bridge' }]);
    expect(home.logged('bridge_moved')).toEqual([]);
  });

  test('is found by mDNS (needs multicast)', async () => {
    if (!multicast) {
      console.warn('passed over: this machine cannot do multicast');
      return;
    }
    const home = await startHome(protocol, { discovery: ['mdns'] });
    await home.bridge.close();
    const moved = await another(protocol, { address: '127.0.0.2' });
    running.push(await announceBridges([{ bridgeId: OURS, address: '127.0.0.2', port: moved.port }]));
    expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(home.logged('bridge_moved')).toMatchObject([{ to: moved.url, how: 'mdns' }]);
  });
});

test('a self-signed impostor at the old address of a pinned bridge never sees the key', async () => {
  const certificate = await selfSignedBridge(OURS);
  const { X509Certificate } = await import('node:crypto');
  const pin = new X509Certificate(certificate.cert).fingerprint256;
  const discovery = await startDiscovery();
  const home = await openHome({
    bridge: { ...common('https'), certificate },
    cloud: false,
    config: { hue: { certificate_sha256: pin, discovery: ['cloud'], discovery_url: discovery.url } },
  });
  running.push(home);
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0 });
  await home.bridge.close();
  const impostor = await another('https', { certificate: await selfSignedBridge(OURS), port: home.bridge.port });
  const moved = await another('https', { certificate, address: '127.0.0.2' });
  discovery.bridges = [listed(moved)];
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(impostor.requests).toEqual([]);
  expect(home.logged('bridge_moved')).toHaveLength(1);
});

test('a bridge that never answers is searched for after the retries, within the deadline', async () => {
  const discovery = await startDiscovery();
  const hue = { timeout_seconds: 0.2, discovery: ['cloud'], discovery_url: discovery.url };
  const home = await startHome('https', hue);
  home.bridge.faults.always('CONNECT', fault.silence());
  const moved = await another('https', { address: '127.0.0.2' });
  discovery.bridges = [listed(moved)];
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(home.logged('retry')).toHaveLength(3);
  expect(home.logged('retry_exhausted')).toHaveLength(1);
  expect(home.logged('bridge_moved')).toHaveLength(1);
});

test('too little time for all retries: they end early enough to search for the bridge', async () => {
  const discovery = await startDiscovery();
  const home = await openHome({
    bridge: common('https'),
    cloud: false,
    config: {
      collection: { deadline_seconds: 8 },
      retry: { base_delay_seconds: 4 },
      hue: { timeout_seconds: 1, discovery: ['cloud'], discovery_url: discovery.url },
    },
  });
  running.push(home);
  home.bridge.faults.always('CONNECT', fault.silence());
  const moved = await another('https', { address: '127.0.0.2' });
  discovery.bridges = [listed(moved)];
  expect(await home.run('collect-hue')).toMatchObject({ exitCode: 0, stderr: '' });
  expect(home.logged('retry_exhausted')).toMatchObject([{ reason: 'deadline' }]);
  expect(home.logged('bridge_moved')).toHaveLength(1);
});

test('--dry-run reads a moved bridge and writes nothing', async () => {
  const discovery = await startDiscovery();
  const home = await startHome('https', { discovery: ['cloud'], discovery_url: discovery.url });
  await home.bridge.close();
  const moved = await another('https', { address: '127.0.0.2' });
  discovery.bridges = [listed(moved)];
  const { exitCode, stdout } = await home.run('collect-hue', ['--dry-run']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('°C');
  expect(existsSync(join(home.dataDirectory, 'bridge-state.json'))).toBe(false);
});
