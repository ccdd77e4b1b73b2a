/** How a refused login is reported: alert, e-mail over TLS, log. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createTestAuthority } from '../../lib/simulator/certificates';
import { openAmazonHome, type AmazonHome } from '../support/amazon-home';
import { outsideAddress, startMailServer, startSilentServer, type MailServerOptions } from '../support/mail-server';

const login = { username: 'monitor-mailer', password: 'canary-smtp-password' };
const outside = outsideAddress();
const needsOutside = outside === null ? ' (skipped: this machine has no address but loopback)' : '';

let home: AmazonHome;
beforeEach(async () => {
  home = await openAmazonHome();
});

/** A mail server whose certificate the commands trust, in addition to the cloud's. */
async function trustedMailServer(names: string[], options: MailServerOptions = {}) {
  const authority = await createTestAuthority('CN=Test authority of mail');
  const server = await startMailServer({ tls: await authority.server(names), login, ...options });
  const caFile = home.environment['NODE_EXTRA_CA_CERTS'] ?? '';
  writeFileSync(caFile, `${readFileSync(caFile, 'utf8')}\n${authority.ca}`);
  return server;
}

const subjects = (mails: { raw: string }[]) => mails.map(({ raw }) => /^Subject: (.*)$/m.exec(raw)?.[1]?.trim());
const RAISED = 'home-temperature-monitor: Amazon wants you to log in again';
const CLEARED = 'home-temperature-monitor: the login at Amazon works again';

describe('e-mail from the real command', () => {
  it('over implicit TLS with a verified certificate: raised once, cleared once', async () => {
    const server = await trustedMailServer(['localhost'], { secure: true });
    const email = { ...server.email({ ...login, host: 'localhost', secure: true }) };
    home.configure({}, { email });
    home.cloud.account.revokeRefreshToken();
    for (let cycle = 0; cycle < 3; cycle++) expect(await home.cycle()).toMatchObject({ exitCode: 4 });
    expect(subjects(server.mailbox)).toEqual([RAISED]);
    expect(server.mailbox[0]).toMatchObject({ encrypted: true, from: email.from, to: [email.to] });
    home.cloud.account.rotateRefreshToken();
    home.configure({}, { email });
    for (let cycle = 0; cycle < 2; cycle++) expect(await home.cycle()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(subjects(server.mailbox)).toEqual([RAISED, CLEARED]);
  });

  (outside === null ? it.skip : it)(`over STARTTLS with a verified certificate${needsOutside}`, async () => {
    const server = await trustedMailServer([outside ?? '']);
    home.configure({}, { email: { ...server.email({ ...login, host: outside ?? '' }) } });
    home.cloud.account.revokeRefreshToken();
    expect(await home.cycle()).toMatchObject({ exitCode: 4 });
    expect(server.mailbox).toMatchObject([{ encrypted: true }]);
  });

  it.each<[string, () => Promise<{ email(): object }>]>([
    ['refuses the login', () => startMailServer({ login: { ...login, password: 'another' } })],
    [
      'has a certificate nobody knows',
      async () => {
        const tls = await (await createTestAuthority()).server(['localhost']);
        const server = await startMailServer({ tls, login, secure: true });
        return { email: () => server.email({ host: 'localhost', secure: true }) };
      },
    ],
    [
      'is not there',
      () =>
        Promise.resolve({ email: () => ({ host: '127.0.0.1', port: 1, from: 'a@example.com', to: 'b@example.com' }) }),
    ],
  ])('a mail server that %s changes nothing of the outcome', async (_name, start) => {
    const server = await start();
    home.configure({}, { email: { ...server.email(), ...login } });
    home.cloud.account.revokeRefreshToken();
    const { exitCode, row } = await home.cycle();
    expect(exitCode).toBe(4);
    expect(row).toMatchObject({ error_type: 'login_needed' });
    expect(existsSync(home.alertFile)).toBe(true);
    expect(home.logged('email_failed')).toMatchObject([{ level: 'warning' }]);
  });

  it('the cycle stops waiting for a mail server that hangs before its deadline', async () => {
    const server = await startSilentServer();
    home.configure({ collection: { deadline_seconds: 6 } }, { email: { ...server.email() } });
    home.cloud.account.revokeRefreshToken();
    expect(await home.cycle()).toMatchObject({ exitCode: 4 });
    expect(home.logged('email_failed')).toHaveLength(1);
  });
});

describe('the alert file', () => {
  it('an alert file that cannot be written is reported, and the outcome does not change', async () => {
    mkdirSync(home.alertFile, { recursive: true });
    home.cloud.account.revokeRefreshToken();
    const { exitCode, row } = await home.cycle();
    expect(exitCode).toBe(4);
    expect(row).toMatchObject({ error_type: 'login_needed' });
    expect(home.logged('alert_failed')).toMatchObject([{ level: 'error', path: home.alertFile }]);
  });
});
