/** Sends an e-mail through the user's own mail server, with nodemailer, which is loaded only then. */
import type { EmailSecrets } from '../config/config';
import { isLoopback } from '../config/urls';
import { MonitorError } from '../errors';
import type { Message } from './messages';

/**
 * Hands a message to the mail server.
 * @param timeoutMs for all of it, from the name look-up to the server's last answer
 * @throws MonitorError `email`; it names neither host nor address, which are secrets
 */
export type SendEmail = (email: EmailSecrets, message: Message, timeoutMs: number) => Promise<void>;

export const sendEmail: SendEmail = async (email, message, timeoutMs) => {
  const { createTransport } = await import('nodemailer');
  const { host, port, secure, username, password, from, to } = email;
  const staysHere = isLoopback(host);
  const transport = createTransport({
    host,
    port,
    secure,
    // Nothing leaves this machine unencrypted, and the certificate is verified. Within it, a mail server's STARTTLS is
    // used if it is offered, with any certificate.
    requireTLS: !secure && !staysHere,
    tls: { rejectUnauthorized: secure || !staysHere },
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failure('gave no complete answer in time', false)), timeoutMs);
  });
  try {
    await Promise.race([transport.sendMail({ from, to, ...message }), late]);
  } catch (thrown) {
    throw thrown instanceof MonitorError ? thrown : explain(thrown);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
};

/** What is known of nodemailer's errors; `response` may quote names and addresses and is not shown. */
interface SmtpError {
  code?: unknown;
  responseCode?: unknown;
  message?: unknown;
}

/** The SMTP code decides: 4xx means later, 5xx means no. Without one, only a bad certificate is permanent. */
function explain(thrown: unknown): MonitorError {
  const { code, responseCode, message } = thrown as SmtpError;
  const number = typeof responseCode === 'number' ? responseCode : null;
  const name = typeof code === 'string' ? code : 'no code';
  const words = typeof message === 'string' ? message : '';
  if (number !== null) {
    const what = name === 'EAUTH' ? 'refuses the login' : 'refuses the e-mail';
    return failure(`${what} (SMTP ${number})`, number >= 500);
  }
  if (name === 'EAUTH') return failure('offers no way to log in', true);
  if (name === 'ETLS' || /certificate|STARTTLS/i.test(words)) {
    return failure('cannot be trusted: no encryption, or a certificate that does not verify', true);
  }
  const cause = /\b(E[A-Z]{4,}|timeout|closed)\b/i.exec(words)?.[1];
  return failure(`cannot be reached (${cause === undefined || cause === name ? name : `${name}, ${cause}`})`, false);
}

function failure(what: string, permanent: boolean): MonitorError {
  return new MonitorError(`the mail server ${what}`, {
    type: 'email',
    permanent,
    endpoint: 'SMTP',
    remediation: 'Check the email section of secrets.yaml: host, port, secure, username and password.',
  });
}
