/** Several bridges in one cycle: read at the same time, and one's trouble is its own. */
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Config, HueConfig, NamedBridge } from '../../../../lib/config/config';
import { stateFolder } from '../../../../lib/files/state-folder';
import { createHttp } from '../../../../lib/http/fetch';
import type { Http } from '../../../../lib/http/http';
import { noTraffic, observed } from '../../../../lib/http/observed';
import { createRedactor } from '../../../../lib/logging/redact';
import { deadlineError } from '../../../../lib/reliability/deadline';
import { createTestAuthority, type TestAuthority } from '../../../../lib/simulator/certificates';
import { fault } from '../../../../lib/simulator/faults';
import { startDiscoveryService } from '../../../../lib/simulator/hue-discovery';
import { home as makeHome } from '../../../../lib/simulator/hue-home';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../../lib/simulator/hue-bridge';
import { createDeviceTexts } from '../../../../lib/sources/device-text';
import { createHue } from '../../../../lib/sources/hue/create';
import { HUE } from '../../../../lib/sources/hue/row';
import type { SourceKit } from '../../../../lib/sources/source';
import { accepted } from '../../../support/accepted';
import { quickRetrier } from '../../../support/quick-retrier';
import { recordingLogger } from '../../../support/recording-logger';
import { scratchDirectory } from '../../../support/scratch';

const TEN_YEARS = 10 * 365 * 86_400_000;
const [HOUSE, ANNEXE] = ['001788fffe100001', '001788fffe200002'];

let authority: TestAuthority;
let directory: string;
beforeAll(async () => {
  authority = await createTestAuthority();
});
const running: { close(): Promise<void> }[] = [];
beforeEach(() => {
  directory = scratchDirectory();
  writeFileSync(join(directory, 'ca.pem'), authority.ca);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function bridge(bridgeId: string, motionSensors: number, options: HueBridgeOptions = {}): Promise<HueBridge> {
  const home = makeHome({ motionSensors, seed: motionSensors });
  const key = `key-of-${bridgeId}-0123456789`;
  const started = await startHueBridge({ authority, protocols: ['https'], bridgeId, key, home, ...options });
  running.push(started);
  return started;
}

const both = async (options: HueBridgeOptions = {}) =>
  [await bridge(HOUSE, 2, options), await bridge(ANNEXE, 3, options)] as const;

/** One cycle with the bridges named house and annexe. */
async function cycle(
  [house, annexe]: readonly HueBridge[],
  changes: Partial<HueConfig> = {},
  keys?: object,
  { http = createHttp(), deviceErrorMs = 0, signal = new AbortController().signal } = {},
) {
  const named = (name: string, of?: HueBridge): NamedBridge => ({
    ...{ name, bridge_url: of?.url ?? '', bridge_id: of?.bridgeId ?? '', tls: 'verify', certificate_sha256: '' },
    ca_file: join(directory, 'ca.pem'),
  });
  const hue: HueConfig = {
    ...{ enabled: true, bridge_url: '', bridge_id: '', tls: 'verify', ca_file: '', certificate_sha256: '' },
    ...{
      timeout_seconds: 5,
      endpoint: 'sensors',
      discovery: [],
      discovery_url: 'http://127.0.0.1:1/',
      locations: {},
      offsets: {},
    },
    bridges: [named('house', house), named('annexe', annexe)],
    ...changes,
  };
  const logger = recordingLogger();
  const traffic = noTraffic();
  const kit = {
    config: { hue, collection: { deadline_seconds: 120 } } as unknown as Config,
    secrets: { hue: { username: '', bridges: keys ?? { house: house?.key, annexe: annexe?.key } } },
    ...{ flags: {}, logger, traffic, http: observed(http, { traffic, logger }), retrier: quickRetrier(logger) },
    ...{ redactor: createRedactor(), texts: createDeviceTexts(logger), signal },
    ...{ remainingMs: () => 60_000, state: stateFolder(directory), lastDevicesSeen: () => Promise.resolve(5) },
  } as unknown as SourceKit;
  const clock = { deviceErrorMs, latestMs: Date.now() };
  const report = accepted(await createHue(kit).read(), { row: HUE, logger, locations: hue.locations, clock });
  const state = () => JSON.parse(readFileSync(join(directory, 'bridge-state.json'), 'utf8')) as Record<string, never>;
  return { report, logger, traffic, state, failures: (report.failedParts ?? []).map(({ failure }) => failure) };
}

test('all sensors of both are one answer', async () => {
  const bridges = await both();
  const { report, traffic } = await cycle(bridges);
  expect(report.readings).toHaveLength(5);
  expect(report).toMatchObject({ skipped: {}, devicesSeen: 5 });
  expect(traffic).toMatchObject({ endpoint: 'sensors', requests: 2 });
});

test('what fails at one is said with its name, and costs nothing of the other', async () => {
  const bridges = await both();
  bridges[1].faults.always('*', fault.hueError(1));
  const { report, logger, failures } = await cycle(bridges, { locations: { 'of-the-annexe': 'Loft' } });
  expect(report.readings).toHaveLength(2);
  expect(report).toMatchObject({ skipped: { 'bridge:annexe': 'unauthorized' }, devicesSeen: 2 });
  expect(failures).toMatchObject([
    { message: expect.stringMatching(/^the bridge annexe: /) as string, type: 'unauthorized' },
  ]);
  expect(failures[0]?.remediation).toContain('node bin/auth-hue.js --name annexe');
  expect(logger.of('bridge_failed')).toMatchObject([{ bridge: 'annexe', error_type: 'unauthorized' }]);
  expect(logger.of('location_unused')).toEqual([]); // it may be there
});

test('one that is not paired, or whose authority cannot be read, is one that fails', async () => {
  const bridges = await both();
  const { report, failures } = await cycle(bridges, {}, { house: bridges[0].key, annexe: '' });
  expect(report.skipped).toEqual({ 'bridge:annexe': 'login_needed' });
  expect(failures[0]?.remediation).toContain('auth-hue.js --name annexe');
});

test('one never answers: at the end of the cycle, what the other one sent is there', async () => {
  const bridges = await both();
  bridges[1].faults.always('*', fault.silence());
  const end = new AbortController();
  const http: Http = async (request) => {
    const response = await createHttp()(request);
    if (request.url.startsWith(bridges[0].url)) end.abort(deadlineError(4));
    return response;
  };
  const { report } = await cycle(bridges, {}, undefined, { http, signal: end.signal });
  expect(report).toMatchObject({ skipped: { 'bridge:annexe': 'deadline' }, devicesSeen: 2 });
  expect(report.readings).toHaveLength(2);
});

test('all fail: each has its reason, in the order of the configuration', async () => {
  const bridges = await both();
  bridges[0].faults.always('*', fault.status(404));
  bridges[1].faults.always('*', fault.hueError(1));
  const { report, failures } = await cycle(bridges);
  expect(report).toMatchObject({
    skipped: { 'bridge:house': 'http', 'bridge:annexe': 'unauthorized' },
    devicesSeen: 0,
  });
  expect(failures.map(({ type }) => type)).toEqual(['http', 'unauthorized']);
});

test('one falls back: so says the cycle', async () => {
  const bridges = await both();
  bridges[1].faults.always('/sensors', fault.html());
  const { report, traffic, logger } = await cycle(bridges);
  expect(report.readings).toHaveLength(5);
  expect(traffic.endpoint).toBe('fallback');
  expect(logger.of('fallback')).toMatchObject([{ bridge: 'annexe' }]);
});

test('one without sensors is no reason to ask it for everything, unless it had some', async () => {
  const bridges = await both();
  bridges[1].faults.always('/sensors', fault.json({}));
  expect((await cycle(bridges)).traffic).toMatchObject({ endpoint: 'sensors', requests: 2 });
  bridges[1].faults.clear();
  await cycle(bridges);
  bridges[1].faults.always('/sensors', fault.json({}));
  expect((await cycle(bridges)).traffic).toMatchObject({ endpoint: 'fallback', requests: 3 });
});

test('each is found where it has moved; the discovery service is asked once for both', async () => {
  const options: HueBridgeOptions = { protocols: ['http'], now: () => Date.now() - TEN_YEARS };
  const [house, annexe] = await both(options);
  await Promise.all([house.close(), annexe.close()]);
  const at = (bridgeId: string, sensors: number, address: string) => bridge(bridgeId, sensors, { address, ...options });
  const moved = [await at(HOUSE, 2, '127.0.0.2'), await at(ANNEXE, 3, '127.0.0.3')];
  const service = await startDiscoveryService(
    moved.map(({ bridgeId, url, port }) => ({ id: bridgeId, internalipaddress: new URL(url).hostname, port })),
  );
  running.push(service);
  const configured = { discovery: ['cloud' as const], discovery_url: service.url };
  const { report, state, logger, traffic } = await cycle([house, annexe], configured);
  expect([report.readings.length, service.requests.length]).toEqual([5, 1]);
  expect(traffic.clockDifferenceMs).toBeLessThan(-TEN_YEARS / 2); // of the bridges, not of the service
  expect(
    logger
      .of('bridge_moved')
      .map(({ bridge: name }) => name)
      .sort(),
  ).toEqual(['annexe', 'house']);
  const [first, second] = moved;
  expect(state()).toMatchObject({
    version: 1,
    cloud_asked_at: expect.any(String) as string,
    bridges: { house: { address: first?.url }, annexe: { address: second?.url } },
  });
  await cycle([house, annexe], configured);
  expect(service.requests).toHaveLength(1);
});

test('one asks us to wait: it alone is left in peace', async () => {
  const bridges = await both();
  bridges[1].faults.always('/sensors', fault.status(429, { retryAfter: 1800 }));
  expect((await cycle(bridges)).report.skipped).toEqual({ 'bridge:annexe': 'rate_limited' });
  const asked = bridges[1].requests.length;
  expect((await cycle(bridges)).report).toMatchObject({ skipped: { 'bridge:annexe': 'rate_limited' }, devicesSeen: 2 });
  expect(bridges[1].requests).toHaveLength(asked);
});

test('the times of one whose clock is wrong are those of the other, and sensors without an id stay two', async () => {
  const house = await bridge(HOUSE, 1);
  const annexe = await bridge(ANNEXE, 1, { now: () => Date.now() - TEN_YEARS });
  for (const { home } of [house, annexe]) {
    for (const sensor of Object.values(home.resources.sensors)) Reflect.deleteProperty(sensor, 'uniqueid');
  }
  const { report } = await cycle([house, annexe]);
  expect(report.readings.map(({ device_id }) => device_id)).toEqual([
    expect.stringMatching(/^hue:house\/sensors\/\d+$/),
    expect.stringMatching(/^hue:annexe\/sensors\/\d+$/),
  ]);
  for (const { measured_at } of report.readings) {
    expect(Math.abs(Date.now() - Date.parse(measured_at ?? ''))).toBeLessThan(86_400_000);
  }
});

test('the times of one that tells no time are its own, although the clock of the other is wrong', async () => {
  const house = await bridge(HOUSE, 1);
  const annexe = await bridge(ANNEXE, 2, { now: () => Date.now() - TEN_YEARS });
  const http: Http = async (request) => {
    const response = await createHttp()(request);
    return request.url.startsWith(house.url) ? { ...response, header: () => null } : response;
  };
  const { report } = await cycle([house, annexe], {}, undefined, { http, deviceErrorMs: -TEN_YEARS });
  expect(report.readings).toHaveLength(3);
  for (const { measured_at } of report.readings) {
    expect(Math.abs(Date.now() - Date.parse(measured_at ?? ''))).toBeLessThan(86_400_000);
  }
});
