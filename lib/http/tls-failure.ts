/** Why a TLS handshake failed, in words: OpenSSL's codes name the symptom, not what a person can do. */
import type { Remedy } from '../errors';

export interface TlsExplanation {
  /** goes on after the endpoint */
  what: string;
  remedy: Remedy;
}

const NO_TLS =
  /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST|ERR_SSL_UNEXPECTED_MESSAGE|EPROTO)$/;
const OLD_TLS =
  /^(ERR_SSL_UNSUPPORTED_PROTOCOL|ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION|ERR_SSL_(SSL\/TLS|SSLV3)_ALERT_HANDSHAKE_FAILURE|ERR_SSL_DH_KEY_TOO_SMALL|ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED)$/;
const UNKNOWN_AUTHORITY = /^(UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|INVALID_CA)/;

/** Whether it is the code of a certificate that an authority has signed which is not known here. */
export const isUnknownAuthority = (code: string): boolean => UNKNOWN_AUTHORITY.test(code);

const AUTH_HUE = 'node bin/auth-hue.js';

const CHECK_ADDRESS: Remedy = {
  say: 'Check the address in the configuration: a proxy, a firewall or something else may be answering there.',
  command: '',
};

/** @param bridge whether it is a Hue Bridge that was asked, which is known by its own name and authority */
export function explainTls(code: string, bridge: boolean, now = new Date()): TlsExplanation {
  const clock = `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const keepTime: Remedy = {
    say: 'See whether this machine keeps time, and switch that on',
    command: 'timedatectl; sudo timedatectl set-ntp true',
  };
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      what: `shows a certificate that is not valid yet: this machine's clock, which says ${clock}, is probably behind`,
      remedy: keepTime,
    };
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return {
      what: `shows a certificate that has expired, if this machine's clock is right (it says ${clock})`,
      remedy: {
        ...keepTime,
        say: `${bridge ? 'Update the bridge in the Hue app, if the clock is right' : 'If the clock is right, wait until the other side renews it'}. ${keepTime.say}`,
      },
    };
  }
  if (NO_TLS.test(code)) {
    return {
      what: `speaks no TLS at this port (${code})`,
      remedy: bridge
        ? {
            say: 'Remove the port from hue.bridge_url, or write http:// for a bridge without https; this finds out which',
            command: AUTH_HUE,
          }
        : CHECK_ADDRESS,
    };
  }
  if (OLD_TLS.test(code)) {
    return {
      what: `speaks only an old TLS (1.0 or 1.1) that is not safe, and is not accepted (${code})`,
      remedy: bridge
        ? {
            say: 'Update the bridge in the Hue app; for one that gets no updates any more, this may use http',
            command: `${AUTH_HUE} --weaker`,
          }
        : CHECK_ADDRESS,
    };
  }
  if (isUnknownAuthority(code)) {
    return {
      what: `shows a certificate of an authority that is not known here (${code}): a proxy${bridge ? ', an emulator' : ''}, or something else than was expected`,
      remedy: bridge
        ? {
            say: 'If a proxy or an emulator has its own authority, name its PEM file in hue.ca_file of config.yaml; else find the bridge again',
            command: AUTH_HUE,
          }
        : {
            say: 'If this network has a proxy with its own authority, name its PEM file in the environment variable NODE_EXTRA_CA_CERTS.',
            command: '',
          },
    };
  }
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return {
      what: `shows a certificate that only it has signed (${code})`,
      remedy: bridge
        ? { say: 'A bridge with old firmware does that; pairing remembers exactly this certificate', command: AUTH_HUE }
        : CHECK_ADDRESS,
    };
  }
  if (code === 'ERR_TLS_CERT_NOT_PINNED') {
    return {
      what: `shows another certificate than the one that was accepted at pairing (${code})`,
      remedy: {
        say: 'If the bridge was replaced, reset or updated, pair with it again, which also learns its certificate',
        command: AUTH_HUE,
      },
    };
  }
  return {
    what: `shows a certificate that was not accepted (${code})`,
    remedy: bridge
      ? { say: 'Pair with the bridge again, which looks at the certificate', command: AUTH_HUE }
      : CHECK_ADDRESS,
  };
}
