import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { HueConfig } from '../../../../lib/config/config';
import { createHttp } from '../../../../lib/http/fetch';
import { json, type Answer } from '../../../../lib/simulator/answer';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../../../lib/simulator/certificates';
import { fault } from '../../../../lib/simulator/faults';
import { startDiscoveryService, type DiscoveryService } from '../../../../lib/simulator/hue-discovery';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../../lib/simulator/hue-bridge';
import { createHueClient } from '../../../../lib/sources/hue/client';
import type { FoundBridge } from '../../../../lib/sources/hue/found-bridge';
import { provingFirst } from '../../../../lib/sources/hue/proof';
import { isInThisHome } from '../../../../lib/config/home-network';
import { isRoot } from '../../../support/as-user';
import { hueHome, OURS, type HueHome } from '../../../support/hue-home';

const ANOTHER = '001788fffe200002';
const KEY = 'canary-hue-key-that-nobody-else-may-see0';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function bridgeAt(address: string, options: HueBridgeOptions = {}): Promise<HueBridge> {
  const bridge = await startHueBridge({ address, authority, key: KEY, protocols: ['https'], ...options });
  running.push(bridge);
  return bridge;
}

/** A port where no server listens any more. */
async function deadAddress(scheme: 'http' | 'https' = 'https'): Promise<string> {
  const bridge = await startHueBridge({ protocols: ['http'] });
  await bridge.close();
  return bridge.url.replace('http:', `${scheme}:`);
}

const saysTheKey = (bridge: HueBridge) => JSON.stringify(bridge.requests).includes(KEY);

const home = (changes: Partial<HueConfig>): HueHome => hueHome(KEY, changes, authority.ca);

const announced = (bridge: HueBridge, foundBy: FoundBridge['foundBy'] = 'mdns'): FoundBridge => ({
  bridgeId: bridge.bridgeId,
  host: new URL(bridge.url).hostname,
  port: bridge.port,
  foundBy,
});

/** Signify's service, which gives this answer. */
async function discoveryService(answer: () => Answer): Promise<DiscoveryService> {
  const service = await startDiscoveryService();
  running.push(service);
  service.faults.always('*', { kind: 'answer', answer: answer() });
  return service;
}

const listing = (bridge: HueBridge) => () =>
  json([{ id: bridge.bridgeId, internalipaddress: new URL(bridge.url).hostname, port: bridge.port }]);

describe('a bridge that is where it was', () => {
  test('is asked once over https, and nothing is written', async () => {
    const bridge = await bridgeAt('127.0.0.1');
    const at = home({ bridge_url: bridge.url });
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(bridge.requests.map(({ path }) => path)).toEqual([`/api/${KEY}/sensors`]);
    expect(existsSync(join(at.dataDirectory, 'bridge-state.json'))).toBe(false);
  });

  test('shows who it is before it gets the key over http', async () => {
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http'] });
    await home({ bridge_url: bridge.url }).read();
    expect(bridge.requests.map(({ path }) => path)).toEqual(['/api/config', `/api/${KEY}/sensors`]);
  });

  test('is asked over http on one connection, or at the address that answered first: its name is looked up once', async () => {
    const asked: { path: string | undefined; local: string; from: number | undefined }[] = [];
    const server = createServer((request, response) => {
      const { localAddress = '', remotePort } = request.socket;
      asked.push({ path: request.url, local: localAddress, from: remotePort });
      if (closes) response.setHeader('connection', 'close');
      response.end(JSON.stringify(request.url === '/api/config' ? { bridgeid: OURS } : {}));
    });
    let closes = false;
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', () => resolve()));
    running.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.address() as AddressInfo;
    let looked = 0;
    const lookup: LookupFunction = (_host, options, done) => {
      const address = `127.0.0.${++looked}`; // another answer each time
      if (options.all === true) done(null, [{ address, family: 4 }]);
      else done(null, address, 4);
    };
    const client = createHueClient({
      http: createHttp({ lookup }),
      ...{ key: KEY, tls: {}, timeoutMs: 5000, redact: (text) => text, signal: new AbortController().signal },
      texts: { decoded: () => undefined },
    });
    const proving = provingFirst(client, OURS, () => false);
    await proving.sensors(`http://bridge.test:${port}`);
    const [proof, read] = asked.splice(0);
    expect([read?.from, read?.local, proof?.local]).toEqual([proof?.from, '127.0.0.1', '127.0.0.1']);
    closes = true;
    await proving.sensors(`http://bridge.test:${port}`);
    expect(asked.map(({ local }) => local)).toEqual(['127.0.0.2', '127.0.0.2']);
    expect(looked).toBe(2);
  });

  test('has nothing to show over http if its id is not known', async () => {
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http'] });
    await home({ bridge_url: bridge.url, bridge_id: '' }).read();
    expect(bridge.requests.map(({ path }) => path)).toEqual([`/api/${KEY}/sensors`]);
  });

  test('shows who it is if its certificate is not verified', async () => {
    const bridge = await bridgeAt('127.0.0.1', { certificate: await selfSignedBridge(OURS) });
    const at = home({ bridge_url: bridge.url, tls: 'insecure' });
    await at.read();
    expect(bridge.requests.map(({ path }) => path)).toEqual(['/api/config', `/api/${KEY}/sensors`]);
    expect(at.logger.of('tls_insecure')).toHaveLength(1);
  });

  test('is not searched for when it is slow for a moment', async () => {
    const bridge = await bridgeAt('127.0.0.1');
    bridge.faults.next('/sensors', fault.reset());
    bridge.faults.next('/sensors', fault.reset());
    const at = home({ bridge_url: bridge.url });
    await at.read();
    expect(at.mdnsAsked).toBe(0);
    expect(at.logger.of('retry')).toHaveLength(2);
  });

  test.each(['unauthorized', 'rate_limited'])('is not searched for when it answers %s', async (type) => {
    const bridge = await bridgeAt('127.0.0.1');
    bridge.faults.always('/sensors', type === 'unauthorized' ? fault.hueError(1) : fault.status(429));
    const at = home({ bridge_url: bridge.url });
    await expect(at.read()).rejects.toMatchObject({ type });
    expect(at.mdnsAsked).toBe(0);
  });
});

describe('a bridge that moved', () => {
  test('is found by mDNS, remembered, and asked there first from then on', async () => {
    const gone = await deadAddress();
    const bridge = await bridgeAt('127.0.0.2');
    const at = home({ bridge_url: gone });
    at.mdns = [announced(bridge)];
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.logger.of('bridge_moved')).toEqual([{ from: gone, to: bridge.url, how: 'mdns' }]);
    expect(at.state()).toMatchObject({ version: 1, address: bridge.url });
    expect(statSync(join(at.dataDirectory, 'bridge-state.json')).mode & 0o777).toBe(0o600);

    bridge.requests.length = 0;
    await at.read();
    expect(at.mdnsAsked).toBe(1);
    expect(bridge.requests.map(({ path }) => path)).toEqual([`/api/${KEY}/sensors`]);
    expect(at.logger.of('bridge_moved')).toHaveLength(1);
  });

  test('is asked once more if it has announced itself, and the first try fails for a moment', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    bridge.faults.next('CONNECT', fault.reset());
    const at = home({ bridge_url: await deadAddress() });
    at.mdns = [announced(bridge)];
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.logger.of('bridge_moved')).toHaveLength(1);
  });

  test('is found by the discovery service if mDNS finds nothing', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    const { url } = await discoveryService(listing(bridge));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    await at.read();
    expect(at.logger.of('bridge_moved')).toMatchObject([{ to: bridge.url, how: 'cloud' }]);
  });

  test('is found again where the configuration says when it moves back', async () => {
    const there = await bridgeAt('127.0.0.2');
    const port = there.port;
    const back = await bridgeAt('127.0.0.3', { port });
    const at = home({ bridge_url: await deadAddress() });
    at.mdns = [announced(there)];
    await at.read();
    await there.close();
    at.mdns = [announced(back)];
    await at.read();
    expect(at.logger.of('bridge_moved')).toMatchObject([{}, { from: there.url, to: back.url, how: 'mdns' }]);

    const configured = await bridgeAt('127.0.0.1', { port: Number(new URL(at.config.bridge_url).port) });
    await back.close();
    await at.read();
    expect(at.logger.of('bridge_moved')[2]).toMatchObject({ to: configured.url, how: 'configuration' });
    expect(at.state()).toMatchObject({ address: null });
    expect(at.mdnsAsked).toBe(2);
  });

  test('is found if its old address is now another bridge, which never sees the key', async () => {
    const impostor = await bridgeAt('127.0.0.1', { bridgeId: ANOTHER });
    const bridge = await bridgeAt('127.0.0.2');
    const at = home({ bridge_url: impostor.url });
    at.mdns = [announced(bridge)];
    await at.read();
    expect(saysTheKey(impostor)).toBe(false);
    expect(at.logger.of('retry')).toHaveLength(0);
    expect(at.logger.of('bridge_moved')).toHaveLength(1);
  });

  test.each(['http', 'https'] as const)(
    'and cannot be found over %s: the error names the bridge that answers instead',
    async (protocol) => {
      const impostor = await bridgeAt('127.0.0.1', { bridgeId: ANOTHER, protocols: [protocol] });
      await expect(home({ bridge_url: impostor.url }).read()).rejects.toMatchObject({ type: 'wrong_bridge' });
    },
  );

  test('is found over http if its old address is now another bridge, which never sees the key', async () => {
    const impostor = await bridgeAt('127.0.0.1', { bridgeId: ANOTHER, protocols: ['http'] });
    const bridge = await bridgeAt('127.0.0.2', { protocols: ['http'] });
    const at = home({ bridge_url: impostor.url });
    at.mdns = [announced(bridge)];
    await at.read();
    expect(impostor.requests.length).toBeGreaterThan(0);
    expect(saysTheKey(impostor)).toBe(false);
  });

  test('is announced with the port of its https, and asked by http if the configuration says so', async () => {
    const impostor = await bridgeAt('127.0.0.1', { bridgeId: ANOTHER, protocols: ['http'] });
    const bridge = await bridgeAt('127.0.0.2', { protocols: ['http', 'https'], port: impostor.port });
    const at = home({ bridge_url: impostor.url });
    at.mdns = [{ ...announced(bridge), port: bridge.httpsPort }];
    await at.read();
    expect(at.logger.of('bridge_moved')).toMatchObject([{ to: bridge.url }]);
  });

  test.each([
    ['a web server', fault.html()],
    ['a web server that wants a login', fault.status(401)],
    ['a web server that leads elsewhere', fault.redirect('http://127.0.0.1:1/')],
    ['something that is not HTTP', fault.garbage()],
  ])('is found over http if its old address is now %s', async (_what, answer) => {
    const impostor = await bridgeAt('127.0.0.1', { protocols: ['http'] });
    impostor.faults.always('/api/config', answer);
    impostor.faults.always('/sensors', answer);
    const bridge = await bridgeAt('127.0.0.2', { protocols: ['http'] });
    const at = home({ bridge_url: impostor.url });
    at.mdns = [announced(bridge)];
    await at.read();
    expect(saysTheKey(impostor)).toBe(false);
  });

  test('shows who it is again before a retry: another bridge that came in between sees no key', async () => {
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http'] });
    const at = home({ bridge_url: bridge.url });
    bridge.faults.next('/sensors', fault.reset());
    await at.read();
    expect(bridge.requests.map(({ path }) => path.replace(KEY, 'key'))).toEqual([
      '/api/config',
      '/api/key/sensors',
      '/api/config',
      '/api/key/sensors',
    ]);
  });
});

describe('what is found', () => {
  test('is not believed before it proves to be ours: neither a false nor a self-signed one sees the key', async () => {
    const gone = await deadAddress();
    const liar = await bridgeAt('127.0.0.2', { bridgeId: ANOTHER });
    const selfSigned = await bridgeAt('127.0.0.3', { certificate: await selfSignedBridge(OURS) });
    const at = home({ bridge_url: gone });
    at.mdns = [
      { ...announced(liar), bridgeId: OURS },
      { ...announced(selfSigned), bridgeId: OURS },
    ];
    await expect(at.read()).rejects.toMatchObject({ type: 'network', endpoint: `GET ${gone}/api/<key>/sensors` });
    expect([saysTheKey(liar), saysTheKey(selfSigned)]).toEqual([false, false]);
    expect(at.logger.of('candidate_rejected')).toHaveLength(4); // at two ports each
    expect(at.state()['address']).toBeNull();
  });

  test('is not believed over http either', async () => {
    const liar = await bridgeAt('127.0.0.2', { bridgeId: ANOTHER, protocols: ['http'] });
    const at = home({ bridge_url: await deadAddress('http') });
    at.mdns = [{ ...announced(liar), bridgeId: OURS }];
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect(liar.requests.map(({ path }) => path)).toEqual(['/api/config']);
  });

  test('is left out if it says itself that it is another bridge', async () => {
    const neighbour = await bridgeAt('127.0.0.2', { bridgeId: ANOTHER });
    const at = home({ bridge_url: await deadAddress() });
    at.mdns = [announced(neighbour)];
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    // It is only asked whether it has taken our home over, and never gets the key.
    expect(neighbour.requests.map(({ path }) => path)).toEqual(['/api/config']);
  });
});

describe('a bridge that was asked by http and has given it up', () => {
  const upgraded = (at: HueHome) => at.logger.of('upgraded_to_https');

  test('is followed where it redirects to, once its certificate has proved it, and asked there from then on', async () => {
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http', 'https'], httpGivenUp: true });
    const at = home({ bridge_url: bridge.url, discovery: [] });
    expect((await at.read()).length).toBeGreaterThan(0);
    await at.read();
    expect(upgraded(at)).toEqual([{ from: bridge.url, to: bridge.httpsUrl }]);
    expect(at.state()).toMatchObject({ address: bridge.httpsUrl });
    const { requests } = bridge;
    expect(requests.map(({ path }) => path.replace(KEY, 'key'))).toEqual([
      '/api/config', // answered by the redirect
      '/api/config', // over https
      '/api/key/sensors',
      '/api/key/sensors', // the next cycle
    ]);
  });

  test('is asked once more where the redirect leads to if the first try fails for a moment', async () => {
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http', 'https'], httpGivenUp: true });
    bridge.faults.next('CONNECT', fault.none()); // of the question over http
    bridge.faults.next('CONNECT', fault.reset());
    const at = home({ bridge_url: bridge.url, discovery: [] });
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(upgraded(at)).toHaveLength(1);
  });

  const mayListen = isRoot ? test : test.skip;
  mayListen(
    'is looked for at the usual port of https if its http port is closed (needs root, for port 443)',
    async () => {
      const address = '127.0.0.43';
      await bridgeAt(address, { port: 443 });
      const at = home({ bridge_url: `http://${address}:1` });
      expect((await at.read()).length).toBeGreaterThan(0);
      expect(upgraded(at)).toMatchObject([{ to: `https://${address}` }]);
      expect(at.mdnsAsked).toBe(0);
    },
  );

  test.each([
    ['is another bridge', async () => authority.bridge(ANOTHER)],
    ['has signed its certificate itself', () => selfSignedBridge(OURS)],
  ])('is not followed to what %s', async (_what, certificate) => {
    const bridge = await bridgeAt('127.0.0.1', {
      ...{ protocols: ['http', 'https'], httpGivenUp: true },
      certificate: await certificate(),
    });
    const at = home({ bridge_url: bridge.url, discovery: [] });
    await expect(at.read()).rejects.toMatchObject({ type: 'wrong_bridge' });
    expect([saysTheKey(bridge), upgraded(at)]).toEqual([false, []]);
  });

  test('is not followed to another host, nor without its id', async () => {
    const elsewhere = await bridgeAt('127.0.0.2');
    const bridge = await bridgeAt('127.0.0.1', { protocols: ['http'] });
    bridge.faults.always('*', fault.redirect(`${elsewhere.httpsUrl}/api/config`, 301));
    await expect(home({ bridge_url: bridge.url, discovery: [] }).read()).rejects.toMatchObject({
      type: 'wrong_bridge',
    });
    await expect(home({ bridge_url: bridge.url, bridge_id: '' }).read()).rejects.toMatchObject({ type: 'http' });
    expect(elsewhere.requests).toEqual([]);
  });
});

test('over http, an address where our key is refused is not remembered, and the configured one is asked again', async () => {
  const impostor = await bridgeAt('127.0.0.2', { protocols: ['http'], key: 'another-key-that-is-not-ours-0123456789' });
  const gone = await deadAddress('http');
  const at = home({ bridge_url: gone });
  at.mdns = [announced(impostor)];
  await expect(at.read()).rejects.toMatchObject({ type: 'network' });
  expect(at.state()['address']).toBeNull();
  await bridgeAt('127.0.0.1', { protocols: ['http'], port: Number(new URL(gone).port) });
  expect((await at.read()).length).toBeGreaterThan(0);

  // Also an address that was remembered before: somebody else may have it by now.
  const state = { version: 1, configured_url: gone, bridge_id: OURS, address: impostor.url };
  writeFileSync(join(at.dataDirectory, 'bridge-state.json'), JSON.stringify(state));
  expect((await at.read()).length).toBeGreaterThan(0);
  expect(at.state()['address']).toBeNull();
});

describe('a Bridge Pro that took the home over', () => {
  const pro = (options: HueBridgeOptions = {}) =>
    bridgeAt('127.0.0.2', { bridgeId: ANOTHER, modelId: 'BSB003', replacesBridgeId: OURS, ...options });

  test('is named, and gets no key', async () => {
    const bridge = await pro();
    const at = home({ bridge_url: await deadAddress() });
    at.mdns = [announced(bridge)];
    const named = { type: 'wrong_bridge', message: expect.stringContaining(`${ANOTHER} at ${bridge.url}`) as string };
    await expect(at.read()).rejects.toMatchObject(named);
    expect(at.state()).toMatchObject({ successor: { bridge_id: ANOTHER, address: bridge.url } });
    expect(saysTheKey(bridge)).toBe(false);
  });

  test('is named also if it has got the address of the old bridge', async () => {
    const bridge = await pro();
    const at = home({ bridge_url: bridge.url });
    await expect(at.read()).rejects.toMatchObject({
      message: expect.stringContaining('taken this home over') as string,
    });
    expect(saysTheKey(bridge)).toBe(false);
  });

  test('is not believed if no authority has signed its certificate, nor if it replaces another bridge', async () => {
    const selfSigned = await pro({ certificate: await selfSignedBridge(ANOTHER) });
    const ofOthers = await pro({ replacesBridgeId: '001788fffe777777' });
    const at = home({ bridge_url: await deadAddress() });
    at.mdns = [announced(selfSigned), announced(ofOthers)];
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
  });
});

describe('a bridge that asks us to wait', () => {
  const busy = async (retryAfter: number, status = 429) => {
    const bridge = await bridgeAt('127.0.0.1');
    bridge.faults.always('/sensors', fault.status(status, { retryAfter }));
    const at = home({ bridge_url: bridge.url });
    return { bridge, at };
  };

  test.each([
    [429, 'rate_limited'],
    [503, 'http'],
  ])('with %i is not asked before that by the next cycles', async (status, type) => {
    const { bridge, at } = await busy(1800, status); // longer than the deadline of a cycle
    await expect(at.read()).rejects.toMatchObject({ type });
    at.now += 1_799_000;
    await expect(at.read()).rejects.toMatchObject({ type, permanent: true });
    expect(bridge.requests).toHaveLength(1);
    at.now += 1001;
    bridge.faults.clear();
    expect((await at.read()).length).toBeGreaterThan(0);
  });

  test('is believed for a day at most, and not by a clock that was set back', async () => {
    const { bridge, at } = await busy(999_999_999);
    await expect(at.read()).rejects.toMatchObject({ type: 'rate_limited' });
    at.now += 86_400_001;
    await expect(at.read()).rejects.toMatchObject({ type: 'rate_limited' });
    at.now -= 10 * 86_400_000;
    bridge.faults.clear();
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(bridge.requests).toHaveLength(3);
  });
});

describe('the discovery service', () => {
  test('is asked at most once in 15 minutes, by all cycles together', async () => {
    const { url, requests } = await discoveryService(() => json([]));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    for (const minutes of [0, 5, 5, 4.9]) {
      at.now += minutes * 60_000;
      await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    }
    expect(requests).toHaveLength(1);
    at.now += 6_001;
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect(requests).toHaveLength(2);
    expect(at.mdnsAsked).toBe(5);
  });

  test('is asked again if the clock was set back', async () => {
    const { url, requests } = await discoveryService(() => json([]));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    at.now -= 86_400_000;
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect(requests).toHaveLength(2);
  });

  test.each([
    ['429', () => json({}, 429)],
    ['an empty list', () => json([])],
    ['no list', () => json({ error: 'sorry' })],
    [
      'garbage in a list',
      () => json([null, 7, {}, { id: OURS }, { id: OURS, internalipaddress: 'evil.example/x', port: 443 }]),
    ],
    ['a bridge that is not there', () => json([{ id: OURS, internalipaddress: '127.0.0.9', port: 1 }])],
    ['HTML', () => ({ ...json(''), body: Buffer.from('<html>') })],
  ])('answers %s: the failure that is reported is that of the bridge', async (_what, answer) => {
    const { url, requests } = await discoveryService(answer);
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect(requests).toHaveLength(1);
    expect(at.logger.of('bridge_not_found')).toHaveLength(1);
  });

  test('and mDNS are not asked if discovery is switched off', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    const { url, requests } = await discoveryService(listing(bridge));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url, discovery: [] });
    at.mdns = [announced(bridge)];
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect([requests.length, at.mdnsAsked]).toEqual([0, 0]);
  });

  test('and what it once found are not used if discovery is switched off', async () => {
    const [configured, elsewhere] = [await bridgeAt('127.0.0.1'), await bridgeAt('127.0.0.2')];
    const at = home({ bridge_url: configured.url, discovery: [] });
    const state = { version: 1, configured_url: configured.url, bridge_id: OURS, address: elsewhere.url };
    writeFileSync(join(at.dataDirectory, 'bridge-state.json'), JSON.stringify(state));
    await at.read();
    expect([configured.requests.length, elsewhere.requests.length]).toEqual([1, 0]);
  });

  test('lists an address with a zone, one outside of the home and one of this machine: passed over', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    const { port } = bridge;
    const at127 = { id: OURS, internalipaddress: '127.0.0.2', port };
    const odd = ['fe80::1%eth0', 'fe80::1', '8.8.8.8'].map((internalipaddress) => ({
      id: OURS,
      internalipaddress,
      port,
    }));
    const { url } = await discoveryService(() => json([...odd, at127]));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    at.mdns = [{ bridgeId: OURS, host: 'fe80::1%eth0', port, foundBy: 'mdns' }];
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.logger.of('bridge_moved')).toMatchObject([{ to: bridge.url }]);
    expect([isInThisHome('127.0.0.2', 'https://192.168.1.10'), isInThisHome('::ffff:8.8.8.8', 'https://a')]).toEqual([
      false,
      false,
    ]);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
  (hasIpv6 ? test : test.skip)('lists an address of IPv6: it is asked there, and remembered (needs IPv6)', async () => {
    const bridge = await bridgeAt('::1');
    const { url } = await discoveryService(() => json([{ id: OURS, internalipaddress: '::1', port: bridge.port }]));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.state()).toMatchObject({ address: `https://[::1]:${bridge.port}` });
    await at.read();
    expect(at.logger.of('bridge_moved')).toEqual([{ from: at.config.bridge_url, to: bridge.url, how: 'cloud' }]);
  });

  test('may write the id in any way', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    const id = '00:17:88:FF:FE:10:00:01';
    const { url } = await discoveryService(() => json([{ id, internalipaddress: '127.0.0.2', port: bridge.port }]));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    expect((await at.read()).length).toBeGreaterThan(0);
  });
});

describe('bridge-state.json', () => {
  test('can be neither read nor written: the bridge is found, the discovery service is not asked', async () => {
    const bridge = await bridgeAt('127.0.0.2');
    const { url, requests } = await discoveryService(listing(bridge));
    const at = home({ bridge_url: await deadAddress(), discovery_url: url });
    mkdirSync(join(at.dataDirectory, 'bridge-state.json', 'in the way'), { recursive: true });
    await expect(at.read()).rejects.toMatchObject({ type: 'network' });
    expect(requests).toEqual([]); // it could not be noted down, and so could happen every cycle
    at.mdns = [announced(bridge)];
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.logger.of('bridge_state_ignored')).toHaveLength(2);
    expect(at.logger.of('bridge_state_not_written')).toHaveLength(2);
  });

  test.each([
    ['is cut', '{"version": 1, "addr'],
    ['is from a newer version', '{"version": 2, "address": "https://127.0.0.9:1"}'],
    ['holds something else', '[1]'],
  ])('%s: it is not used, and the cycle goes on', async (_what, text) => {
    const bridge = await bridgeAt('127.0.0.1');
    const at = home({ bridge_url: bridge.url });
    writeFileSync(join(at.dataDirectory, 'bridge-state.json'), text);
    expect((await at.read()).length).toBeGreaterThan(0);
    expect(at.logger.of('bridge_state_ignored')).toHaveLength(1);
  });

  test.each([
    ['another configured address', { configured_url: 'https://192.168.1.99' }],
    ['another bridge', { bridge_id: ANOTHER }],
    ['another scheme', { address: 'http://127.0.0.9:1' }],
    ['an address that is none', { address: 'https://127.0.0.9:1/x?y' }],
  ])('was written for %s: its address is not used', async (_what, change) => {
    const bridge = await bridgeAt('127.0.0.1');
    const at = home({ bridge_url: bridge.url });
    const state = {
      version: 1,
      configured_url: bridge.url,
      bridge_id: OURS,
      address: 'https://127.0.0.9:1',
      cloud_asked_at: null,
    };
    writeFileSync(join(at.dataDirectory, 'bridge-state.json'), JSON.stringify({ ...state, ...change }));
    await at.read();
    expect(at.logger.of('retry')).toHaveLength(0);
    expect(at.logger.of('bridge_moved')).toHaveLength(0);
  });
});
