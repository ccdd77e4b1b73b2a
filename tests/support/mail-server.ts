/** A real SMTP server for one test, which keeps the messages. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { EmailSecrets } from '../../lib/config/config';

export interface Mail {
  from: string;
  to: string[];
  /** header lines and body as they were received */
  raw: string;
  encrypted: boolean;
}

export interface MailServer {
  port: number;
  mailbox: Mail[];
  /** how many connections were made */
  readonly connections: number;
  /** for secrets.yaml */
  email(changes?: Partial<EmailSecrets>): EmailSecrets;
}

export interface MailServerOptions {
  /** its certificate */
  tls?: { key: string; cert: string };
  /** TLS from the first byte */
  secure?: boolean;
  /** default: STARTTLS is offered if there is a certificate */
  offersStartTls?: boolean;
  /** the login that it requires; absent: none */
  login?: { username: string; password: string };
  /** the answer with which it refuses a message; null accepts it */
  refuse?: () => { code: number; text: string } | null;
}

const running: { close: (done: () => void) => unknown }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => new Promise<void>((done) => void server.close(() => done()))));
});

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const mailbox: Mail[] = [];
  let connections = 0;
  const { tls, login, refuse, secure = false, offersStartTls = tls !== undefined } = options;
  const hidden = [...(login ? [] : ['AUTH']), ...(offersStartTls || secure ? [] : ['STARTTLS'])];
  const smtpOptions: SMTPServerOptions = {
    ...(tls ?? {}),
    secure,
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: hidden,
    onConnect: (_session, done) => {
      connections++;
      done();
    },
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === login?.username && password === login?.password;
      if (isRight) done(null, { user: username });
      else done(Object.assign(new Error('Authentication failed'), { responseCode: 535 }));
    },
    onMailFrom: (_address, _session, done) => {
      const refusal = refuse?.() ?? null;
      done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mailbox.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: decodeQuotedPrintable(Buffer.concat(chunks).toString('utf8')),
          encrypted: session.secure,
        });
        done();
      });
    },
  };
  const server = new SMTPServer(smtpOptions);
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', resolve));
  running.push(server);
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mailbox,
    get connections() {
      return connections;
    },
    email: (changes = {}) => emailTo(port, changes),
  };
}

/** Accepts connections and never answers. */
export async function startSilentServer(): Promise<{ port: number; email(): EmailSecrets }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  running.push({
    close: (done) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => done());
    },
  });
  const { port } = server.address() as AddressInfo;
  return { port, email: () => emailTo(port) };
}

function emailTo(port: number, changes: Partial<EmailSecrets> = {}): EmailSecrets {
  const addresses = { from: 'monitor@example.com', to: 'admin@example.com' };
  return { host: '127.0.0.1', port, secure: false, ...addresses, ...changes };
}

/** An address of this machine that other machines can reach, so not loopback; null if it has none. */
export function outsideAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? null;
}

function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
