/** E-mail through real SMTP servers: with and without TLS, refusing, hanging, greylisting. */
import { createTestAuthority } from '../../../lib/simulator/certificates';
import { sendEmail } from '../../../lib/alert/email';
import { outsideAddress, startMailServer, startSilentServer } from '../../support/mail-server';

const message = { subject: 'a subject', text: 'a text\n' };
const outside = outsideAddress();
const ifOutside = outside === null ? test.skip : test;
const why = outside === null ? ' (skipped: this machine has no address but loopback)' : '';

describe('sendEmail', () => {
  test('without TLS to this machine: one message from and to the configured addresses', async () => {
    const server = await startMailServer();
    await sendEmail(server.email({ to: 'admin@example.com, second@example.com' }), message, 5000);
    expect(server.mailbox).toHaveLength(1);
    expect(server.mailbox[0]).toMatchObject({
      from: 'monitor@example.com',
      to: ['admin@example.com', 'second@example.com'],
      encrypted: false,
    });
    expect(server.mailbox[0]?.raw).toContain('Subject: a subject');
    expect(server.mailbox[0]?.raw).toContain('a text');
  });

  test('with STARTTLS to this machine: used, with the certificate a local mail server makes for itself', async () => {
    const tls = await (await createTestAuthority()).server();
    const server = await startMailServer({ tls });
    await sendEmail(server.email(), message, 5000);
    expect(server.mailbox[0]?.encrypted).toBe(true);
  });

  test('with a login', async () => {
    const login = { username: 'monitor', password: 'correct horse' };
    const server = await startMailServer({ login });
    await sendEmail(server.email(login), message, 5000);
    expect(server.mailbox).toHaveLength(1);
  });

  test('a login that is refused is permanent, and the message holds no secret', async () => {
    const server = await startMailServer({ login: { username: 'monitor', password: 'right' } });
    const wrong = { username: 'monitor', password: 'canary-password' };
    const sending = sendEmail(server.email(wrong), message, 5000);
    await expect(sending).rejects.toMatchObject({ type: 'email', permanent: true });
    await expect(sending).rejects.toThrow('refuses the login (SMTP 535)');
    await expect(sending).rejects.not.toThrow(/canary-password|127\.0\.0\.1|example\.com/);
    expect(server.mailbox).toEqual([]);
  });

  test.each([
    [451, false],
    [450, false],
    [550, true],
  ])('SMTP %d: permanent is %s', async (code, permanent) => {
    const server = await startMailServer({ refuse: () => ({ code, text: 'not now, canary@example.com' }) });
    const sending = sendEmail(server.email(), message, 5000);
    await expect(sending).rejects.toMatchObject({ type: 'email', permanent });
    await expect(sending).rejects.not.toThrow(/canary/);
  });

  test('a server that never answers: given up in time, transient', async () => {
    const server = await startSilentServer();
    await expect(sendEmail(server.email(), message, 200)).rejects.toMatchObject({ type: 'email', permanent: false });
  });

  test('no server there: transient', async () => {
    const server = await startMailServer();
    const email = server.email({ port: 1 });
    const sending = sendEmail(email, message, 5000);
    await expect(sending).rejects.toMatchObject({ type: 'email', permanent: false });
    await expect(sending).rejects.toThrow('ECONNREFUSED');
  });

  test('implicit TLS: a certificate that does not verify is refused', async () => {
    const tls = await (await createTestAuthority()).server();
    const server = await startMailServer({ tls, secure: true });
    await expect(sendEmail(server.email({ secure: true }), message, 5000)).rejects.toMatchObject({ permanent: true });
    expect(server.mailbox).toEqual([]);
  });

  ifOutside(`beyond this machine without STARTTLS nothing is sent${why}`, async () => {
    const login = { username: 'monitor', password: 'correct horse' };
    const server = await startMailServer({ login, offersStartTls: false });
    const email = server.email({ ...login, host: outside ?? '' });
    await expect(sendEmail(email, message, 5000)).rejects.toMatchObject({ type: 'email', permanent: true });
    expect(server.mailbox).toEqual([]);
  });

  ifOutside(`beyond this machine a STARTTLS certificate that does not verify is refused${why}`, async () => {
    const tls = await (await createTestAuthority()).server([outside ?? '']);
    const server = await startMailServer({ tls });
    await expect(sendEmail(server.email({ host: outside ?? '' }), message, 5000)).rejects.toThrow('cannot be trusted');
    expect(server.mailbox).toEqual([]);
  });
});
