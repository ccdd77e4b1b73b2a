/** A bridge that an answer names: not proved, so it does not get the key. */
import { isIP } from 'node:net';

export interface FoundBridge {
  /** 16 hex digits, lower case */
  bridgeId: string;
  /** an IP address */
  host: string;
  /** the announced port; null if none was */
  port: number | null;
  foundBy: 'mdns' | 'cloud';
}

/** Whether it is an address that a URL can hold: one with a zone (`fe80::1%eth0`) is not. */
export function isUsableHost(host: unknown): host is string {
  return typeof host === 'string' && isIP(host) !== 0 && !host.includes('%');
}

/** `00:17:88:FF:FE:10:00:01` → `001788fffe100001`; null for what is not a bridge id. */
export function normalBridgeId(text: unknown): string | null {
  const id = typeof text === 'string' ? text.replaceAll(/[:\-\s]/g, '').toLowerCase() : '';
  return /^[0-9a-f]{16}$/.test(id) ? id : null;
}

/** `https://192.168.1.60:8443`, without the port if it is the scheme's own. */
export function addressOf(scheme: string, host: string, port: number | null): string {
  return new URL(`${scheme}//${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`}`).origin;
}
