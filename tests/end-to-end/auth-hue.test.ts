/** auth-hue as a user runs it, against a simulated bridge: pairing, certificates, the two files, and what it says. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../lib/simulator/certificates';
import { fault } from '../../lib/simulator/faults';
import { announceBridges } from '../../lib/simulator/hue-announcer';
import { home as makeHome } from '../../lib/simulator/hue-home';
import { startDiscoveryService } from '../../lib/simulator/hue-discovery';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../lib/simulator/hue-bridge';
import { PROJECT_ROOT, runCommand, startCommand, type RunOptions } from '../support/run-command';
import { fasterClock } from '../support/faster-clock';
import { until } from '../support/until';
import { isRoot, NOBODY } from '../support/as-user';
import { multicastWorks } from '../support/multicast';
import { scratchDirectory } from '../support/scratch';

const OLD_KEY = 'canary-old-hue-key-0123456789012345678901';

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

async function startBridge(options: HueBridgeOptions = {}): Promise<HueBridge> {
  const bridge = await startHueBridge({ authority, protocols: ['https'], key: OLD_KEY, values: 'fixed', ...options });
  running.push(bridge);
  return bridge;
}

const CONFIG = `# my home
collection: { interval_minutes: 5 } # as in the crontab

hue:
    # the bridge in the hall
    bridge_url:   https://192.168.1.10   # by hand
    bridge_id: "001788fffe999999"
    ca_file: ca.pem
    discovery: [cloud]      # no mDNS here
    discovery_url: DISCOVERY
# the end
`;
const SECRETS = `# keep this closed\namazon: { refresh_token: "Atnr|canary-refresh-token-of-somebody" } # Amazon\nhue:\n  username: ${OLD_KEY} # the old one\n`;

interface Installation {
  config: string;
  secrets: string;
  directory: string;
  run(args?: string[], options?: RunOptions): ReturnType<typeof runCommand>;
  start(args?: string[], options?: RunOptions): ReturnType<typeof startCommand>;
  read(file: 'config' | 'secrets'): string;
  /** every byte of every file beside the secrets, and what was printed */
  allText(printed: { stdout: string; stderr: string }): string;
}

function install({ config = CONFIG, secrets = SECRETS, discovery = 'http://127.0.0.1:1/' } = {}): Installation {
  const directory = scratchDirectory();
  const folder = join(directory, 'config');
  mkdirSync(folder);
  const files = { config: join(folder, 'config.yaml'), secrets: join(folder, 'secrets.yaml') };
  writeFileSync(join(directory, 'ca.pem'), authority.ca);
  if (config !== '') writeFileSync(files.config, config.replace('DISCOVERY', discovery));
  if (secrets !== '') writeFileSync(files.secrets, secrets, { mode: 0o600 });
  const flags = ['--config', files.config, '--secrets', files.secrets];
  return {
    ...files,
    directory,
    run: (args = [], options = {}) => runCommand('auth-hue', { ...options, args: [...flags, ...args] }),
    start: (args = [], options = {}) => startCommand('auth-hue', { ...options, args: [...flags, ...args] }),
    read: (file) => readFileSync(files[file], 'utf8'),
    allText: ({ stdout, stderr }) =>
      readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith('secrets.yaml'))
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
        .concat(stdout, stderr)
        .join('\n'),
  };
}

/** Signify's service, listing these bridges. */
async function discoveryOf(...bridges: HueBridge[]): Promise<string> {
  const service = await startDiscoveryService(
    bridges.map(({ bridgeId, url, port }) => ({ id: bridgeId, internalipaddress: new URL(url).hostname, port })),
  );
  running.push(service);
  return service.url;
}

const newKeyOf = (bridge: HueBridge) => [...bridge.state.keys].find((key) => key !== OLD_KEY) ?? 'no key was made';
const posts = (bridge: HueBridge) => bridge.requests.filter(({ method }) => method === 'POST');
const hostAndPort = (bridge: HueBridge) => `127.0.0.1:${bridge.port}`;

describe('pairing', () => {
  test('writes key, address and id, keeps everything else, and shows that it works', async () => {
    const bridge = await startBridge();
    const at = install();
    bridge.press();
    const result = await at.run(['--bridge', hostAndPort(bridge)]);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const key = newKeyOf(bridge);
    expect(at.read('secrets')).toBe(SECRETS.replace(OLD_KEY, `"${key}"`));
    expect(at.read('config')).toBe(
      CONFIG.replace('DISCOVERY', 'http://127.0.0.1:1/')
        .replace('https://192.168.1.10', `"${bridge.url}"`)
        .replace('001788fffe999999', bridge.bridgeId),
    );
    expect(statSync(at.secrets).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${at.secrets}.backup`, 'utf8')).toBe(SECRETS);
    expect(statSync(`${at.secrets}.backup`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${at.config}.backup`, 'utf8')).toContain('https://192.168.1.10');
    expect(result.stdout).toContain('signed for this bridge');
    expect(result.stdout).toMatch(/It works: 8 sensors read\.\n {2}\S.* °C/);

    const cycle = await runCommand('collect-hue', { args: ['--config', at.config, '--secrets', at.secrets] });
    expect(cycle).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const text = at.allText(result);
    expect([text.includes(key), text.includes(OLD_KEY), text.includes('canary')]).toEqual([false, false, false]);
    expect(text).toContain('"event":"paired"');
  });

  test('asks for the address again after a mistake, until a bridge answers or Enter alone is typed', async () => {
    const bridge = await startBridge();
    const at = install({ config: CONFIG.replace('[cloud]', '[]') });
    bridge.press();
    const typed = `not an address\n127.0.0.1:1\n${hostAndPort(bridge)}\n`;
    const { exitCode, stdout } = await at.run([], { input: typed });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/No bridge was found\.[^]*not an address[^]*ECONNREFUSED[^]*It works: 8 sensors read/);
    const ended = await install({ config: CONFIG.replace('[cloud]', '[]') }).run([], { input: 'nothing\n\n' });
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--bridge 192.168.1.10') as string });
  });

  test('waits for the button', async () => {
    const bridge = await startBridge();
    const at = install();
    const { result } = at.start(['--bridge', bridge.url]);
    await until(() => posts(bridge).length > 0);
    bridge.press();
    expect(await result).toMatchObject({ exitCode: 0 });
    expect(posts(bridge).length).toBeGreaterThan(1);
    expect(JSON.parse(posts(bridge)[0]?.body ?? '')).toEqual({
      devicetype: expect.stringMatching(/^home-monitor#[\w-]{1,19}$/) as string,
    });
  });

  test('goes on waiting over a moment without the bridge', async () => {
    const bridge = await startBridge();
    const at = install();
    bridge.press();
    bridge.faults.next('POST /api', fault.reset());
    bridge.faults.next('POST /api', fault.hueError(901));
    bridge.faults.next('POST /api', fault.status(503));
    expect(await at.run(['--bridge', bridge.url])).toMatchObject({ exitCode: 0 });
  });

  test('changes nothing where the button is not pressed within 30 s', async () => {
    const bridge = await startBridge();
    const at = install();
    const result = await at.run(['--bridge', bridge.url], { wrapper: fasterClock(20) });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/the link button was not pressed within 30 s.*\n.*auth-hue\.js.*again/);
    expect(at.read('secrets')).toBe(SECRETS);
    expect(existsSync(`${at.secrets}.backup`)).toBe(false);
  }, 60_000);

  test('makes both files where there are none', async () => {
    const bridge = await startBridge({ certificate: await selfSignedBridge('001788FFFE100001') });
    const at = install({ config: '', secrets: '' });
    bridge.press();
    expect(await at.run(['--bridge', bridge.url])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(at.read('config')).toMatch(
      new RegExp(
        `^hue:\n {2}bridge_url: "${bridge.url}"\n {2}bridge_id: "${bridge.bridgeId}"\n {2}certificate_sha256:`,
      ),
    );
    expect(at.read('secrets')).toBe(`hue:\n  username: "${newKeyOf(bridge)}"\n`);
    expect(statSync(at.secrets).mode & 0o777).toBe(0o600);
    const cycle = await runCommand('collect-hue', { args: ['--config', at.config] });
    expect(cycle).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('fills files that hold only comments', async () => {
    const bridge = await startBridge({ certificate: await selfSignedBridge('001788FFFE100001') });
    const at = install({ config: '# my home\n', secrets: '# keep this closed\n' });
    bridge.press();
    expect(await at.run(['--bridge', bridge.url])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(at.read('secrets')).toBe(`# keep this closed\n\nhue:\n  username: "${newKeyOf(bridge)}"\n`);
    expect(at.read('config')).toMatch(/^# my home\n\nhue:\n {2}bridge_url: /);
  });

  test('leaves a failure in the log as well, and nothing in it that a terminal would obey', async () => {
    const bridge = await startBridge({ protocols: ['http'] });
    const at = install();
    bridge.press();
    bridge.faults.always('POST /api', fault.json([{ error: { type: 7, description: `no\u001b[2J ${OLD_KEY}` } }]));
    const result = await at.run(['--bridge', bridge.url]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('no [2J <redacted>');
    expect(at.allText(result)).toContain('"event":"login_failed"');
    expect(at.allText(result)).not.toContain(OLD_KEY);
  });

  test('with --json says one object on stdout, and the rest on stderr', async () => {
    const bridge = await startBridge();
    const at = install();
    bridge.press();
    const { stdout, stderr, exitCode } = await at.run(['--bridge', bridge.url, '--json']);
    expect(exitCode).toBe(0);
    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({
      schema_version: 1,
      command: 'auth-hue',
      exit_code: 0,
      outcome: 'ok',
      bridge: { bridge_url: bridge.url, bridge_id: bridge.bridgeId, certificate: 'signed' },
      error: null,
    });
    expect(answer['readings']).toHaveLength(8);
    expect(stderr).toContain('Press the round button');
    expect(stdout + stderr).not.toContain(newKeyOf(bridge));
  });

  test('with --quiet says only what to do', async () => {
    const bridge = await startBridge();
    bridge.press();
    const { stdout, stderr, exitCode } = await install().run(['--bridge', bridge.url, '--quiet']);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'Press the round button on top of the bridge now (within 30 s) ...\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('with --verbose tells every step, and no key', async () => {
    const bridge = await startBridge({ protocols: ['http'] });
    const at = install();
    bridge.press();
    const result = await at.run(['--bridge', bridge.url, '--verbose']);
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain('/api/<key>/sensors: HTTP 200, ');
    expect(at.allText(result)).not.toContain(newKeyOf(bridge));
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with a sentence on %s', async (signal) => {
    const bridge = await startBridge();
    const at = install();
    const { child, result } = at.start(['--bridge', bridge.url]);
    await until(() => posts(bridge).length > 0);
    child.kill(signal);
    const { exitCode, stderr } = await result;
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`interrupted by ${signal}`);
    expect(at.read('secrets')).toBe(SECRETS);
  });

  const hasScript = spawnSync('script', ['--version']).status === 0;
  (hasScript ? test : test.skip)('counts down on a terminal (needs the program script)', async () => {
    const bridge = await startBridge();
    const at = install();
    const command = `${process.execPath} ${PROJECT_ROOT}/bin/auth-hue.js --config ${at.config} --bridge ${bridge.url}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let screen = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text));
    const closed = new Promise((resolve) => child.once('close', resolve));
    await until(() => /\r.{0,3} {2}29 s left/.test(screen));
    bridge.press();
    await closed;
    expect(screen).toMatch(/30 s left[^]*29 s left[^]*It works/);
    expect(screen).not.toContain(newKeyOf(bridge));
  });
});

describe('the certificate', () => {
  test('of an old bridge, signed by itself, is pinned, said, and from then on the only one accepted', async () => {
    const bridge = await startBridge({ certificate: await selfSignedBridge('001788FFFE100001') });
    const at = install();
    bridge.press();
    const { stdout, exitCode } = await at.run(['--bridge', bridge.url]);
    expect(exitCode).toBe(0);
    const pin = /certificate_sha256: "([0-9a-f]{64})"/.exec(at.read('config'))?.[1] ?? 'none';
    expect(stdout).toContain(`SHA-256 ${pin}`);
    expect(at.read('config')).toContain('# the bridge in the hall');

    await bridge.close();
    const impostor = await startBridge({
      certificate: await selfSignedBridge('001788FFFE100001'),
      port: bridge.port,
      key: newKeyOf(bridge),
    });
    const cycle = await runCommand('collect-hue', { args: ['--config', at.config] });
    expect(cycle.exitCode).toBe(1);
    expect(impostor.requests).toEqual([]);
  });

  test('of a bridge that got a signed one since replaces the pin', async () => {
    const bridge = await startBridge();
    const at = install({
      config: CONFIG.replace('# the end', `    certificate_sha256: "${'ab'.repeat(32)}"\n# the end`),
    });
    bridge.press();
    expect((await at.run(['--bridge', bridge.url])).exitCode).toBe(0);
    expect(at.read('config')).toContain('certificate_sha256: ""');
  });

  test.each([
    [
      'signed by an authority nobody knows',
      async () => (await createTestAuthority()).bridge('001788FFFE100001'),
      /name its PEM file in hue\.ca_file/,
    ],
    ['for another bridge', () => authority.bridge('001788FFFE777777'), /is not for 001788fffe100001/],
    [
      'that has expired',
      () => authority.bridge('001788FFFE100001', { validFromDays: -20, validToDays: -10 }),
      /has expired, if this machine's clock is right/,
    ],
  ])('%s is refused before anything is paired', async (_what, certificate, says) => {
    const bridge = await startBridge({ certificate: await certificate() });
    const at = install();
    bridge.press();
    const { exitCode, stderr } = await at.run(['--bridge', bridge.url]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/certificate/);
    expect(stderr).toMatch(says);
    expect(posts(bridge)).toEqual([]);
    expect(at.read('config')).toContain('192.168.1.10');
  });

  test('is not asked for if the bridge has no https, and that is said; so is a bridge without a temperature sensor', async () => {
    const bridge = await startBridge({ protocols: ['http'], home: makeHome({ motionSensors: 0 }) });
    const at = install();
    bridge.press();
    const { exitCode, stdout } = await at.run(['--bridge', hostAndPort(bridge)]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no HTTPS');
    expect(stdout).toContain('This bridge has no temperature sensor'); // a reset one lists only daylight
    expect(stdout).not.toContain('It works');
    expect(at.read('config')).toContain(`"http://127.0.0.1:${bridge.port}"`);
  });
});

test('a known bridge that proves itself worse than before is refused; --weaker accepts it', async () => {
  const bridge = await startBridge({ certificate: await selfSignedBridge('001788FFFE100001') });
  const at = install({ config: CONFIG.replace('001788fffe999999', bridge.bridgeId) });
  bridge.press();
  const refused = await at.run(['--bridge', bridge.url]);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/proves itself worse than before .* signed only by itself[^]*--weaker/);
  expect([posts(bridge), at.read('secrets')]).toEqual([[], SECRETS]);
  expect(await at.run(['--bridge', bridge.url, '--weaker'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(at.read('config')).toMatch(/certificate_sha256: "[0-9a-f]{64}"/);
});

test('a Bridge Pro that took the home over gets the key, and its button need not be pressed', async () => {
  const ours = '001788fffe999999';
  const pro = await startBridge({ bridgeId: '001788fffe500005', modelId: 'BSB003', replacesBridgeId: ours });
  const neighbour = await startBridge({ bridgeId: '001788fffe200002' });
  const at = install({ discovery: await discoveryOf(neighbour, pro) });
  const result = await at.run();
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  expect(result.stdout).toMatch(/has taken over the home of 001788fffe999999[^]*It works: 8 sensors read/);
  expect(at.read('config')).toContain(pro.bridgeId);
  expect(at.read('secrets')).toBe(SECRETS);
  expect([posts(pro), JSON.stringify(neighbour.requests).includes(OLD_KEY)]).toEqual([[], false]);

  // One that only says so over an unproved connection has to be paired with by its button.
  const liar = await startBridge({
    ...{ bridgeId: '001788fffe600006', replacesBridgeId: ours },
    certificate: await selfSignedBridge('001788FFFE600006'),
  });
  liar.press();
  const other = install();
  expect(await other.run(['--bridge', liar.url])).toMatchObject({ exitCode: 0 });
  expect([posts(liar).length > 0, JSON.stringify(liar.requests).includes(OLD_KEY)]).toEqual([true, false]);
});

describe('finding the bridge', () => {
  test('by the discovery service, passing over one that is not there', async () => {
    const gone = await startHueBridge({ protocols: ['http'], bridgeId: '001788fffe300003' });
    await gone.close();
    const bridge = await startBridge();
    const at = install({ discovery: await discoveryOf(gone, bridge) });
    bridge.press();
    const { exitCode, stdout } = await at.run();
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Found: Hue Bridge (BSB002), id ${bridge.bridgeId}, at ${bridge.url}`);
  });

  test('by mDNS (needs multicast)', async () => {
    if (!multicast) {
      console.warn('passed over: this machine cannot do multicast');
      return;
    }
    const bridge = await startBridge({ bridgeId: '001788fffe40e2e4' });
    running.push(await announceBridges([bridge]));
    const at = install({ config: CONFIG.replace('[cloud]', '[mdns]') });
    bridge.press();
    // Others in this network, or tests running beside this one, may answer too: then it asks which.
    const { stdout } = await at.run([], { input: '' });
    expect(stdout).toContain(`id ${bridge.bridgeId}, at ${bridge.url}`);
  });

  test('asks which one where there are several, until it gets an answer', async () => {
    const [one, two] = [await startBridge(), await startBridge({ bridgeId: '001788fffe200002' })];
    const at = install({ discovery: await discoveryOf(one, two) });
    two.press();
    const { exitCode, stdout } = await at.run([], { input: 'what?\n 3\n2\n' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`  1  Hue Bridge (BSB002), id ${one.bridgeId}`);
    expect(at.read('config')).toContain(two.bridgeId);
    expect(posts(one)).toEqual([]);
  });

  test('pairs with none of several where nobody answers', async () => {
    const [one, two] = [await startBridge(), await startBridge({ bridgeId: '001788fffe200002' })];
    const at = install({ discovery: await discoveryOf(one, two) });
    const { exitCode, stderr } = await at.run([], { input: '' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--bridge ${one.url}`);
    expect([...posts(one), ...posts(two)]).toEqual([]);
  });

  test('asks for the address where it finds nothing', async () => {
    const bridge = await startBridge();
    const at = install();
    bridge.press();
    expect(await at.run([], { input: `${hostAndPort(bridge)}\n` })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(at.read('config')).toContain(bridge.url);
  });

  test('says what to type where it finds nothing and nobody answers', async () => {
    const { exitCode, stderr, stdout } = await install().run();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('the discovery service found nothing');
    expect(stderr).toContain('--bridge 192.168.1.10');
  });

  test('says who does not answer at the address given', async () => {
    const { exitCode, stderr } = await install().run(['--bridge', '127.0.0.1:1']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('https://127.0.0.1:1');
  });

  test.each(['192.168.1', 'https://user@host', 'http://127.0.0.1/api', 'two words', 'host:99999'])(
    'refuses %j as an address',
    async (address) => {
      const { exitCode, stderr } = await install().run(['--bridge', address]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(JSON.stringify(address));
    },
  );
});

describe('files that cannot be used', () => {
  test.each([
    ['a configuration that is not YAML', { config: 'hue: [\n' }],
    ['a configuration with a fault', { config: 'hue: { endpoint: sensor }\n' }],
    ['secrets that are not YAML', { secrets: 'hue: { username: canary-key\n' }],
    ['an authority file that is not there', { config: 'hue: { ca_file: /nonexistent/ca.pem }\n' }],
  ])('%s: exit 2 before anything is paired', async (_what, files) => {
    const bridge = await startBridge();
    const at = install(files);
    bridge.press();
    const result = await at.run(['--bridge', bridge.url]);
    expect(result.exitCode).toBe(2);
    expect(result.stdout + result.stderr).not.toContain('canary');
    expect(posts(bridge)).toEqual([]);
  });

  (isRoot ? test : test.skip)('files of another user: exit 2 before anything is paired (needs root)', async () => {
    const bridge = await startBridge();
    const at = install();
    bridge.press();
    const { exitCode, stderr } = await at.run(['--bridge', bridge.url], { uid: NOBODY });
    expect(exitCode).toBe(2); // the secrets, 0600, cannot even be read
    expect(stderr).toMatch(/secrets\.yaml: cannot be read: permission denied/);
    expect(posts(bridge)).toEqual([]);
  });
});
