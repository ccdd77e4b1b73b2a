/** What the check of the bridge says: only what is proved, and what to do about the rest. */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { CheckContext, Judgement } from '../../../../lib/check/check';
import type { HueConfig } from '../../../../lib/config/config';
import { textOfRemedy } from '../../../../lib/errors';
import { createRedactor } from '../../../../lib/logging/redact';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../../../lib/simulator/certificates';
import { fault } from '../../../../lib/simulator/faults';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../../lib/simulator/hue-bridge';
import { checkHue } from '../../../../lib/sources/hue/health';
import { HUE } from '../../../../lib/sources/hue/row';
import { VALIDATION } from '../../../support/constants';
import { scratchDirectory } from '../../../support/scratch';

const ID = '001788fffe100001';
const PIN = 'ab'.repeat(32);

let authority: TestAuthority;
let directory: string;
beforeAll(async () => {
  authority = await createTestAuthority();
});
beforeEach(() => {
  directory = scratchDirectory();
  writeFileSync(join(directory, 'ca.pem'), authority.ca);
});
const running: HueBridge[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((bridge) => bridge.close()));
});

async function bridgeWith(options: HueBridgeOptions = {}): Promise<HueBridge> {
  const bridge = await startHueBridge({ authority, protocols: ['https'], ...options });
  running.push(bridge);
  return bridge;
}

async function check(given: Partial<HueConfig>, hueSecrets: object): Promise<Judgement> {
  const hue: HueConfig = {
    ...{ enabled: true, bridge_url: '', bridge_id: ID, tls: 'verify', ca_file: join(directory, 'ca.pem') },
    ...{ certificate_sha256: '', bridges: [], timeout_seconds: 5, endpoint: 'sensors', discovery: [] },
    ...{ discovery_url: 'http://127.0.0.1:1/', locations: {}, offsets: {} },
    ...given,
  };
  const context = {
    config: {
      ...{ hue, validation: VALIDATION, storage: { data_directory: directory } },
      collection: { max_devices: 500, deadline_seconds: 120 },
    },
    installation: { files: { config: '/c/config.yaml' }, secrets: { secrets: { hue: hueSecrets } } },
    ...{ redactor: createRedactor(), signal: new AbortController().signal, now: () => new Date() },
  } as unknown as CheckContext;
  return checkHue(context, HUE);
}

const remedies = ({ problems }: Judgement) =>
  problems.map(({ remediation = '' }) => (typeof remediation === 'string' ? remediation : textOfRemedy(remediation)));

test.each<[string, HueBridgeOptions, Partial<HueConfig>, RegExp]>([
  ['verified https', {}, {}, /^https:\S+ is the right bridge and lists 8 temperature sensors$/],
  ['https that is not verified', {}, { tls: 'insecure' }, / says that it is the right bridge /],
  ['http', { protocols: ['http'] }, {}, /^http:\S+ \(not encrypted\) says that it is the right bridge /],
  ['http, and no id is known', { protocols: ['http'] }, { bridge_id: '' }, / nothing proves that it is yours/],
])('over %s it claims no more than is proved', async (_how, options, given, says) => {
  const bridge = await bridgeWith(options);
  const { message } = await check({ bridge_url: bridge.url, ...given }, { username: bridge.key });
  expect(message).toMatch(says);
});

test('a pinned certificate that an authority has replaced: the pin is to be taken out', async () => {
  const bridge = await bridgeWith();
  const judged = await check({ bridge_url: bridge.url, certificate_sha256: PIN }, { username: bridge.key });
  expect(judged.problems).toMatchObject([
    { status: 'warn', message: expect.stringContaining('instead of the pinned one') as string },
  ]);
  expect(remedies(judged)).toEqual([`Write certificate_sha256: "": "\${EDITOR:-vi}" '/c/config.yaml'`]);
});

test('of several bridges, what to type names the one that is meant', async () => {
  const [main, annexe] = [await bridgeWith(), await bridgeWith({ bridgeId: '001788fffe200002' })];
  annexe.faults.always('*', fault.hueError(1));
  const place = ({ url, bridgeId }: HueBridge) => ({
    ...{ bridge_url: url, bridge_id: bridgeId, tls: 'verify' as const, certificate_sha256: '' },
    ca_file: join(directory, 'ca.pem'),
  });
  const bridges = [
    { name: 'main', ...place(main) },
    { name: 'annexe', ...place(annexe) },
  ];
  const judged = await check({ bridges }, { username: '', bridges: { main: main.key, annexe: annexe.key } });
  expect(judged.problems).toMatchObject([{ status: 'fail', stops: [] }]);
  expect(remedies(judged)[0]).toMatch(/auth-hue\.js.* --name annexe$/);
});

test('a key of locations or offsets that names no sensor: what to do about it has nothing to do with the bridge', async () => {
  const bridge = await bridgeWith({ certificate: await selfSignedBridge(ID) });
  const given = { bridge_url: bridge.url, tls: 'insecure' as const, locations: { x: 'Hall' }, offsets: { y: 1 } };
  const judged = await check(given, { username: bridge.key });
  expect(judged.problems.map(({ status }) => status)).toEqual(['warn', 'warn', 'warn']);
  expect(remedies(judged)).toEqual([
    expect.stringMatching(/Set hue\.tls: verify/),
    expect.stringMatching(/below hue\.locations in config\.yaml.*report\.js$/),
    expect.stringMatching(/below hue\.offsets in config\.yaml.*report\.js$/),
  ]);
});
