/**
 * Some failures of TLS do not name their cause. A certificate that is "not yet valid" or "expired" is most often this
 * machine's clock, and one of an unknown authority most often a proxy's. So the other side is asked once more, without
 * verification: its certificate tells its dates and who has issued it, and its answer to `HEAD /` tells its clock.
 * Nothing of ours is sent.
 */
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { isBeforeThisProgram, KEEP_TIME } from '../witnesses';
import { printable } from '../wording';
import type { HttpRequest } from './http';
import { isUnknownAuthority } from './tls-failure';

const ABOUT_DATES = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];
const LONGEST_MS = 3000;
/** Of a name that somebody else has chosen. */
const LONGEST_NAME = 60;

/** @returns the same failure, or one that tells whose clock, certificate or authority it is about */
export async function explainCertificate(
  failure: MonitorError,
  request: HttpRequest,
  lookup?: LookupFunction,
  nowMs = Date.now(),
): Promise<MonitorError> {
  const code = errorCode(failure.cause);
  if (ABOUT_DATES.includes(code)) {
    const dates = await seen(request, lookup, datesOf).catch(() => null);
    return explainDates(failure, code, dates, nowMs);
  }
  if (!isUnknownAuthority(code)) return failure;
  const issuer = await seen(request, lookup, issuerOf).catch(() => null);
  return issuer === null ? failure : failure.retold({ message: `${failure.message}; it was issued by "${issuer}"` });
}

/** Connects without verification, and looks at what is shown there. */
async function seen<T>(
  { url, tls, timeoutMs, signal }: HttpRequest,
  lookup: LookupFunction | undefined,
  look: (socket: TLSSocket, host: string) => T | Promise<T>,
): Promise<T> {
  const { connect } = await import('node:tls');
  const { hostname, port, host } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port === '' ? 443 : port),
    rejectUnauthorized: false,
    ...(tls?.servername === undefined ? {} : { servername: tls.servername }),
    ...(lookup === undefined ? {} : { lookup }),
  });
  const stop = AbortSignal.any([AbortSignal.timeout(Math.min(timeoutMs, LONGEST_MS)), ...(signal ? [signal] : [])]);
  const end = () => socket.destroy();
  stop.addEventListener('abort', end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed')));
    });
    return await look(socket, host);
  } finally {
    stop.removeEventListener('abort', end);
    socket.destroy();
  }
}

/** What its organisation calls itself, else its name; null if it has neither. */
function issuerOf(socket: TLSSocket): string | null {
  const { O: organisation, CN: name } = socket.getPeerCertificate().issuer as Record<string, string | string[]>;
  const [first = ''] = [organisation ?? name ?? ''].flat();
  return printable(first).trim().slice(0, LONGEST_NAME).toWellFormed() || null;
}

interface Dates {
  validFromMs: number;
  validToMs: number;
  /** the other side's clock; null: it told no time */
  theirsMs: number | null;
}

async function datesOf(socket: TLSSocket, host: string): Promise<Dates> {
  const { valid_from, valid_to } = socket.getPeerCertificate();
  const theirsMs = await dateOf(socket, host);
  return { validFromMs: Date.parse(valid_from), validToMs: Date.parse(valid_to), theirsMs };
}

function explainDates(failure: MonitorError, code: string, dates: Dates | null, nowMs: number): MonitorError {
  const isValidThere =
    dates?.theirsMs != null && dates.theirsMs >= dates.validFromMs && dates.theirsMs <= dates.validToMs;
  return failure.retold({
    message: `${failure.message}${dates === null ? ` (${code})` : `; ${sayDates(dates, code)}`}`,
    // Else it may be the certificate, and the failure says what to do then.
    ...(isBeforeThisProgram(nowMs) || isValidThere ? { remediation: KEEP_TIME } : {}),
  });
}

function sayDates({ validFromMs, validToMs, theirsMs }: Dates, code: string): string {
  const valid = `the certificate is valid from ${minuteOf(validFromMs)} to ${minuteOf(validToMs)} (${code})`;
  return theirsMs === null ? valid : `${valid}, the clock of the other side says ${minuteOf(theirsMs)}`;
}

const minuteOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The `Date` of whatever it answers. */
async function dateOf(socket: TLSSocket, host: string): Promise<number | null> {
  socket.write(`HEAD / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const head = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n') || text.length > 16_000) resolve(text);
    });
    socket.once('close', () => resolve(text));
    socket.once('error', () => resolve(text));
  });
  const date = Date.parse(/^date: *(.+)$/im.exec(head)?.[1] ?? '');
  return Number.isNaN(date) ? null : date;
}
