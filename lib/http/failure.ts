/** What a failed exchange means: the system's and OpenSSL's codes become one of our types with a remedy. */
import { MonitorError } from '../errors';
import type { HttpRequest } from './http';
import { explainTls } from './tls-failure';

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'broke the connection off',
  EPIPE: 'broke the connection off',
  ERR_STREAM_PREMATURE_CLOSE: 'broke the connection off in the middle of its answer',
  EHOSTUNREACH: 'cannot be reached (no route to host)',
  EHOSTDOWN: 'cannot be reached (host is down)',
  ENETUNREACH: 'cannot be reached (no network)',
  ENETDOWN: 'cannot be reached (network is down)',
  EADDRNOTAVAIL: 'cannot be reached (no local address)',
  ENOTFOUND: 'has a name that cannot be resolved',
  EAI_AGAIN: 'has a name that cannot be resolved at the moment',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_OSSL)/;

/** Turns what node-fetch threw into a MonitorError; a MonitorError stays as it is. */
export function explainFailure(thrown: unknown, { endpoint, tls }: HttpRequest): MonitorError {
  if (thrown instanceof MonitorError) return thrown;
  const code = codeOf(thrown);
  if (code === 'ETIMEDOUT') {
    return new MonitorError(`no connection to ${endpoint}: timed out`, { type: 'timeout', endpoint, cause: thrown });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' && tls?.servername !== undefined) {
    return new MonitorError(
      `another bridge than ours answers ${endpoint}: its certificate is not for ${tls.servername}`,
      {
        type: 'wrong_bridge',
        permanent: true,
        endpoint,
        remediation: {
          say: 'Check hue.bridge_url and hue.bridge_id, or find the bridge',
          command: 'node bin/auth-hue.js',
        },
        cause: thrown,
      },
    );
  }
  if (TLS_CODE.test(code)) {
    const { what, remedy } = explainTls(openSslCode(code, thrown), tls?.servername !== undefined);
    return new MonitorError(`${endpoint} ${what}`, {
      type: 'tls',
      permanent: true,
      endpoint,
      remediation: remedy,
      cause: thrown,
    });
  }
  if (code.startsWith('HPE_')) {
    return new MonitorError(`${endpoint} did not answer in HTTP (${code})`, {
      type: 'invalid_response',
      endpoint,
      remediation: 'Check the address in the configuration: something else may be answering there.',
      cause: thrown,
    });
  }
  const what = UNREACHABLE[code];
  if (what !== undefined || code !== '') {
    return new MonitorError(`${endpoint} ${what ?? 'cannot be reached'} (${code})`, {
      type: 'network',
      endpoint,
      remediation:
        'Check that the device is switched on, in this network, and that its address in the configuration is right.',
      cause: thrown,
    });
  }
  return new MonitorError(`the exchange with ${endpoint} failed`, {
    type: 'internal',
    permanent: true,
    endpoint,
    cause: thrown,
  });
}

/** While a request is written, OpenSSL's own code is only in the text: `…:SSL routines:ssl3_get_record:wrong version number:…`. */
function openSslCode(code: string, thrown: unknown): string {
  const reason = code === 'EPROTO' ? /SSL routines:[^:]*:([^:]+)/.exec((thrown as Error).message)?.[1] : undefined;
  return reason === undefined ? code : `ERR_SSL_${reason.trim().replaceAll(' ', '_').toUpperCase()}`;
}

/** node-fetch puts the system's code on `code`; some errors of node:http carry it on their cause only. */
function codeOf(thrown: unknown): string {
  for (let error = thrown, depth = 0; typeof error === 'object' && error !== null && depth < 4; depth++) {
    const { code, cause } = error as { code?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    error = cause;
  }
  return '';
}
