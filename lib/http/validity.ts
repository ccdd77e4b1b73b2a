/**
 * A certificate that is "not yet valid" or "expired" is most often this machine's clock. So the other side is asked once more,
 * without verification: its certificate tells its dates, and its answer to `HEAD /` its clock. Nothing of ours is sent.
 */
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { MonitorError } from '../errors';
import { errorCode } from '../files/file-error';
import { isBeforeThisProgram, KEEP_TIME } from '../witnesses';
import type { HttpRequest } from './http';

const ABOUT_DATES = ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'];
const LONGEST_MS = 3000;

export interface Dates {
  validFromMs: number;
  validToMs: number;
  /** the other side's clock; null: it told no time */
  theirsMs: number | null;
}

/** @returns the same failure, or one that tells whose clock or certificate is wrong */
export async function explainDates(
  failure: MonitorError,
  request: HttpRequest,
  lookup?: LookupFunction,
  nowMs = Date.now(),
): Promise<MonitorError> {
  const code = errorCode(failure.cause);
  if (!ABOUT_DATES.includes(code)) return failure;
  const dates = await datesOf(request, lookup).catch(() => null);
  const { type, permanent, endpoint, cause } = failure;
  const isValidThere =
    dates?.theirsMs != null && dates.theirsMs >= dates.validFromMs && dates.theirsMs <= dates.validToMs;
  // Else it may be the certificate, and the failure says what to do then.
  const remediation = isBeforeThisProgram(nowMs) || isValidThere ? KEEP_TIME : failure.remedy;
  const message = `${failure.message}${dates === null ? ` (${code})` : `; ${sayDates(dates, code)}`}`;
  return new MonitorError(message, {
    type,
    permanent,
    cause,
    remediation,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

function sayDates({ validFromMs, validToMs, theirsMs }: Dates, code: string): string {
  const valid = `the certificate is valid from ${minuteOf(validFromMs)} to ${minuteOf(validToMs)} (${code})`;
  return theirsMs === null ? valid : `${valid}, the clock of the other side says ${minuteOf(theirsMs)}`;
}

const minuteOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

async function datesOf({ url, tls, timeoutMs, signal }: HttpRequest, lookup?: LookupFunction): Promise<Dates> {
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
    const { valid_from, valid_to } = socket.getPeerCertificate();
    const theirsMs = await dateOf(socket, host);
    return { validFromMs: Date.parse(valid_from), validToMs: Date.parse(valid_to), theirsMs };
  } finally {
    stop.removeEventListener('abort', end);
    socket.destroy();
  }
}

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
