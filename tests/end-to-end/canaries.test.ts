/**
 * Each secret is a canary, and every place to which it could escape is searched for it: what is printed, logged, stored,
 * spooled, backed up, kept, mailed and published, and the arguments and the environment of every process.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { fault } from '../../lib/simulator/faults';
import { spooledFiles } from '../../lib/store/spool';
import { openAmazonHome, type AmazonHome } from '../support/amazon-home';
import { canary, contentsOf, visibleParts } from '../support/canaries';
import { holdDatabase } from '../support/held-database';
import { startMailServer } from '../support/mail-server';

const KEY = canary('key of the bridge');
const REFRESH_TOKEN = `Atnr|${canary('refresh token')}`;
const MAIL = { username: canary('mail user'), password: `p ${canary('mail password')}` };
const MQTT = { username: canary('broker user'), password: canary('broker password') };
const PATHS = ['hue', 'amazon_aqm', 'webhook'].map((of) => canary(`address of ${of}`));

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed))));
});
async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

/** The arguments and the environment of all processes that were started for this home. */
function processesOf(home: AmazonHome): string {
  const read = (pid: string, name: string) => {
    try {
      return readFileSync(join('/proc', pid, name), 'latin1');
    } catch {
      return ''; // it has ended
    }
  };
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const ours = all.filter((pid) => read(pid, 'cmdline').includes(home.directory));
  return ours.flatMap((pid) => [read(pid, 'cmdline'), read(pid, 'environ')]).join('\n');
}

/** A webhook and heartbeats that repeat what they were asked, and see how those that ask were started. */
async function startWatchers(home: AmazonHome, seen: string[]) {
  const port = await listening(
    createServer((request, response) => {
      seen.push(processesOf(home));
      request.resume().on('end', () => response.writeHead(500).end(request.url));
    }),
  );
  const [hue = '', amazon_aqm = '', webhook = ''] = PATHS.map((path) => `http://127.0.0.1:${port}/${path}`);
  return { heartbeat: { hue, amazon_aqm }, notify: { webhook } };
}

/** A broker that refuses the login, after it has read it. */
function startBroker(received: string[]): Promise<number> {
  const refused = Buffer.from([0x20, 2, 0, 4]);
  return listening(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (packet) => {
        received.push(packet.toString('latin1'));
        socket.end(refused);
      });
    }),
  );
}

/** The command of `notify`: writes down what it was given, and how its parent was started. */
function writeNotifier(home: AmazonHome): string[] {
  const script = join(home.directory, 'notify.sh');
  writeFileSync(
    script,
    `#!/bin/sh\n{ cat; printf '%s\\n' "$@"; cat /proc/self/environ /proc/$PPID/cmdline /proc/$PPID/environ; } >>"$1"\n`,
  );
  chmodSync(script, 0o755);
  return [script, join(home.directory, 'told', 'notified')];
}

test('no secret is in any output, file, message, argument or environment, whatever fails and repeats it', async () => {
  const home = await openAmazonHome({ refreshToken: REFRESH_TOKEN }, { bridge: { key: KEY } });
  const seen: string[] = [];
  const atBroker: string[] = [];
  const [temporary, told] = [join(home.directory, 'tmp'), join(home.directory, 'told')];
  for (const folder of [temporary, told]) mkdirSync(folder);
  const watchers = await startWatchers(home, seen);
  const brokerPort = await startBroker(atBroker);
  let refusal: { code: number; text: string } | null = null;
  const mail = await startMailServer({ login: MAIL, refuse: () => refusal });
  const command = writeNotifier(home);
  const configure = (storage = {}, token = home.cloud.account.refreshToken) =>
    home.configure(
      {
        ...{ storage, logging: { level: 'debug' }, notify: { command }, builtin_alerts: { battery_below: 100 } },
        publish: { mqtt: { url: `mqtt://127.0.0.1:${brokerPort}` } },
      },
      { ...watchers, mqtt: MQTT, email: { ...mail.email(MAIL) }, amazon: { refresh_token: token } },
    );
  configure();

  const ofSession = new Set<string>();
  const printed = async (name: string, args: readonly string[] = [], input?: string) => {
    const environment = { ...home.environment, TMPDIR: temporary, HOME: temporary };
    const { stdout, stderr } = await home.run(name, args, { environment, ...(input !== undefined && { input }) });
    seen.push(stdout, stderr);
    home.cloud.faults.clear();
    home.bridge.faults.clear();
    return stdout;
  };
  const run = async (...given: Parameters<typeof printed>) => {
    const stdout = await printed(...given);
    seen.push(contentsOf([home.dataDirectory, home.logDirectory, temporary, told], ['amazon-session.json']));
    const { cookies, pending_login: pending } = home.session();
    const values = [...(cookies?.jar ?? []).map(({ value }) => value), cookies?.csrf, pending?.code_verifier];
    for (const value of values) if (value) ofSession.add(value);
    return stdout;
  };
  const ofFile = [KEY, REFRESH_TOKEN, ...Object.values(MAIL), ...Object.values(MQTT), ...PATHS];
  const bridgeRepeats = () =>
    home.bridge.faults.always('*', fault.json([{ error: { type: 3, description: ofFile.join(' ') } }]));
  const ofCloud = () => [...ofFile, ...ofSession].join(' ');

  await run('collect-aqm', ['--verbose']);
  await run('collect-hue', ['--verbose']);
  // Everything that is asked repeats every secret that it could know.
  for (const [name, ...args] of [['collect-hue', '--verbose'], ['health']] as const) {
    bridgeRepeats();
    await run(name, [...args, '--json']);
  }
  home.cloud.faults.always('*', fault.json({ message: ofCloud(), error: ofCloud() }, 400));
  await run('collect-aqm', ['--verbose', '--json']);
  refusal = { code: 550, text: ofFile.join(' ') };
  await run('health', ['--test-alert', '--verbose']);
  refusal = null;
  await run('health', ['--test-alert']);
  // The spool, with an answer and with an error in it. (To read the database's file here would end its lock.)
  const holder = await holdDatabase(home.databaseFile);
  configure({ busy_timeout_ms: 10 });
  await printed('collect-hue');
  bridgeRepeats();
  await printed('collect-hue');
  expect(spooledFiles({ data_directory: home.dataDirectory })).toHaveLength(2);
  seen.push(contentsOf([join(home.dataDirectory, 'spool')]));
  await holder.release();
  configure();
  // A login that is refused, and made again.
  home.cloud.account.expireCookies();
  home.cloud.account.revokeRefreshToken();
  configure({}, REFRESH_TOKEN);
  await run('collect-aqm', ['--verbose']);
  await run('auth-amazon', ['--check', '--verbose']);
  const landing = home.cloud.signIn(/https:\S+signin\?\S+/.exec(await run('auth-amazon'))?.[0] ?? '');
  const code = new URL(landing).searchParams.get('openid.oa2.authorization_code') ?? '';
  home.cloud.faults.always('/auth/register', fault.json({ error: `${code} ${ofCloud()}` }, 500));
  await run('auth-amazon', ['--verbose', '--json', '--url', landing]);
  await run('auth-amazon', ['--verbose'], landing);
  await run('collect-hue');
  await run('perf', ['baseline', '--cycles', '1']);
  for (const format of ['table', 'json', 'csv', 'influx', 'prometheus', 'html'])
    await run('report', ['--format', format]);
  for (const view of ['cycles', 'gaps', 'retries']) await run('report', [view, '--json']);
  await run('report', ['backup', join(told, 'backup.db')]);
  await run('report', ['summary', '--mail']);

  // All of it has happened, so that finding nothing means something.
  expect(atBroker.join()).toContain(MQTT.password);
  expect(mail.mailbox.length).toBeGreaterThanOrEqual(3);
  expect(readdirSync(told).sort()).toEqual(['backup.db', 'notified']);
  const text = [...seen, ...mail.mailbox.map(({ raw }) => raw)].join('\n');
  for (const happened of [
    '<redacted>',
    'home_alert_raised',
    'heartbeat_failed',
    'notification_failed',
    'publish_failed',
    'retry_exhausted',
  ])
    expect(text).toContain(happened);
  for (const name of ['HOME=', 'collect-hue.js\0--config']) expect(text).toContain(name);
  const kept = readdirSync(home.dataDirectory);
  expect(kept).toEqual(expect.arrayContaining(['home-alerts.json', 'health-amazon.json', 'alert-state.json']));
  const found = (secrets: readonly string[], where: string) =>
    secrets.map((secret) => ({ secret, parts: visibleParts(secret, where) })).filter(({ parts }) => parts.length > 0);
  const written = [...ofFile, home.cloud.account.refreshToken, code];
  expect(ofSession.size).toBeGreaterThan(8);
  expect(found([...written, ...ofSession], text)).toEqual([]);
  // The session's file may have those of the session, but no other.
  expect(found(written, readFileSync(join(home.dataDirectory, 'amazon-session.json'), 'utf8'))).toEqual([]);
}, 180_000);
