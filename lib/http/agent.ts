/**
 * A fresh agent for each exchange, without keep-alive: a program that runs once does not need to keep a connection.
 * TLS is loaded only for an https address.
 */
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate, TlsOptions } from './http';

export async function agentFor(url: string, tls: TlsOptions = {}, lookup?: LookupFunction): Promise<HttpAgent> {
  const common = { keepAlive: false, ...(lookup ? { lookup } : {}) };
  if (!url.startsWith('https:')) {
    const { Agent } = await import('node:http');
    return new Agent(common);
  }
  const { Agent } = await import('node:https');
  const unverified = tls.pinnedSha256 !== undefined || tls.rejectUnauthorized === false;
  const agent = new Agent({
    ...common,
    // With a server name of our own (a bridge) only the given authorities count; elsewhere they come on top.
    ...(tls.ca ? { ca: tls.servername === undefined ? [...(await publicRoots()), ...tls.ca] : tls.ca } : {}),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    // Written out, because what Node.js does by itself can be switched off from outside
    // (NODE_TLS_REJECT_UNAUTHORIZED=0).
    rejectUnauthorized: !unverified,
    // Without authorities Node.js need not read its own, which takes 14 ms.
    ...(unverified ? { ca: [] } : {}),
  });
  if (tls.pinnedSha256 !== undefined) acceptOnly(tls.pinnedSha256, agent);
  else if (tls.onVerified !== undefined) tellOf(tls.onVerified, agent);
  return agent;
}

async function publicRoots(): Promise<readonly string[]> {
  return (await import('node:tls')).rootCertificates;
}

/** Hands a connection to the request (which holds the key) only when its leaf certificate is the pinned one. */
function acceptOnly(pinnedSha256: string, agent: HttpsAgent): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options) as TLSSocket;
    const fail = (error: Error) => callback?.(error, socket);
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      if (fingerprintOf(socket) === pinnedSha256) {
        callback?.(null, socket);
        return;
      }
      socket.destroy();
      fail(Object.assign(new Error('the certificate is not the pinned one'), { code: 'ERR_TLS_CERT_NOT_PINNED' }));
    });
    return null;
  };
}

function tellOf(onVerified: (certificate: PeerCertificate) => void, agent: HttpsAgent): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback) as TLSSocket;
    return socket.once('secureConnect', () => {
      const validUntil = Date.parse(socket.getPeerCertificate().valid_to);
      if (socket.authorized && !Number.isNaN(validUntil)) onVerified({ sha256: fingerprintOf(socket), validUntil });
    });
  };
}

function fingerprintOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase();
}
