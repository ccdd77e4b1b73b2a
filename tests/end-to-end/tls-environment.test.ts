/** NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment (set for another program) must not make our commands trust unknown servers. */
import { createTestAuthority, selfSignedBridge, type TestAuthority } from '../../lib/simulator/certificates';
import { startHueBridge } from '../../lib/simulator/hue-bridge';
import { openAmazonHome } from '../support/amazon-home';
import { openHome, type Home, type HomeOptions } from '../support/home';
import { startMailServer } from '../support/mail-server';
import { runCommand } from '../support/run-command';

const BRIDGE_ID = '001788fffe5a5a5a';
const environment = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

let stranger: TestAuthority;
beforeAll(async () => {
  stranger = await createTestAuthority('CN=An authority that nobody trusts');
});
const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.close()));
});

async function open(options: HomeOptions): Promise<Home> {
  const home = await openHome(options);
  running.push(home);
  return home;
}

/** A web server whose certificate no authority has signed; it accepts every request. */
async function startStranger() {
  const service = await startHueBridge({ protocols: ['https'], certificate: await stranger.server() });
  running.push(service);
  return service;
}

test.each(['collect-hue', 'health'])(
  '%s sends the key to no bridge with a certificate of its own making',
  async (command) => {
    const certificate = await selfSignedBridge(BRIDGE_ID);
    const home = await open({ bridge: { protocols: ['https'], bridgeId: BRIDGE_ID, certificate }, cloud: false });
    const usual = await home.run(command, ['--json']);
    const { exitCode, stdout, stderr } = await home.run(command, ['--json'], { environment });
    expect(exitCode).toBe(usual.exitCode);
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(stderr).not.toContain('NODE_TLS_REJECT_UNAUTHORIZED');
    expect(home.bridge.requests).toEqual([]);
  },
);

test.each([
  ['collect-aqm', []],
  ['auth-amazon', ['--check']],
])('%s sends the token to nobody who is not Amazon', async (command, flags) => {
  const home = await open({ bridge: false, cloud: { tls: await stranger.server() } });
  const usual = await home.run(command, flags);
  const { exitCode, stderr } = await home.run(command, flags, { environment });
  expect(exitCode).toBe(usual.exitCode);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('shows a certificate of an authority that is not known here');
  expect(home.cloud.requests).toEqual([]);
});

test('auth-hue pins a bridge that signed its certificate itself, instead of calling it verified', async () => {
  const certificate = await selfSignedBridge(BRIDGE_ID);
  const home = await open({ bridge: { protocols: ['https'], bridgeId: BRIDGE_ID, certificate }, cloud: false });
  home.bridge.press();
  const { exitCode, stdout } = await runCommand('auth-hue', {
    args: [...home.flags, '--bridge', home.bridge.httpsUrl, '--weaker', '--json'],
    environment,
  });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ bridge: { certificate: 'pinned' } });
});

test('no heartbeat and no search for the bridge goes to an unknown server', async () => {
  const monitor = await startStranger();
  const directory = await startStranger();
  const home = await open({
    bridge: { protocols: ['https'], bridgeId: BRIDGE_ID },
    cloud: false,
    config: { hue: { bridge_url: 'https://127.0.0.1:1', discovery: ['cloud'], discovery_url: directory.httpsUrl } },
    secrets: { heartbeat: { hue: `${monitor.httpsUrl}/ping/secret-of-the-check` } },
  });
  expect(await home.run('collect-hue', [], { environment })).toMatchObject({ exitCode: 1 });
  expect(home.logged('heartbeat_failed').length).toBeGreaterThan(0);
  expect(monitor.requests).toEqual([]);
  expect(directory.requests).toEqual([]);
});

test('no e-mail goes through an unknown mail server', async () => {
  const login = { username: 'monitor-mailer', password: 'canary-smtp-password' };
  const server = await startMailServer({ tls: await stranger.server(['localhost']), login, secure: true });
  const home = await openAmazonHome({}, { bridge: false });
  running.push(home);
  home.configure({}, { email: { ...server.email({ ...login, host: 'localhost', secure: true }) } });
  home.cloud.account.revokeRefreshToken();
  const { exitCode } = await home.run('collect-aqm', [], { environment: { ...home.environment, ...environment } });
  expect(exitCode).toBe(4);
  expect(home.logged('email_failed')).toMatchObject([
    { message: expect.stringContaining('cannot be trusted') as string },
  ]);
  expect(server.mailbox).toEqual([]);
});

test('a successful cycle prints nothing', async () => {
  const home = await open({ bridge: { protocols: ['https'], bridgeId: BRIDGE_ID }, cloud: false });
  const { exitCode, stdout, stderr } = await home.run('collect-hue', [], { environment });
  expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
});
