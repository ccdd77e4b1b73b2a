/** Addresses in the configuration: what they may be made of, and which of them stay inside this machine. */

/** Whether a host (as URL.hostname gives it) can only be this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

const BRIDGE_URL = /^(https?):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::(\d{1,5}))?\/?$/;
const BRIDGE_FORMS =
  'expected https://192.168.1.10, https://[fe80::1], https://bridge.local or one of these with :PORT';

/** @returns what is wrong with the address of a bridge, or null */
export function bridgeUrlFault(url: string): string | null {
  const parts = BRIDGE_URL.exec(url);
  if (parts === null) return `${describeForm(url)}, ${BRIDGE_FORMS}`;
  const [, , host = '', port] = parts;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return 'has a port outside 1 to 65535';
  // A URL takes 192.168.1 for 192.168.0.1, and octal and hexadecimal parts too: the host that is written must be the
  // host that is asked.
  const asked = URL.canParse(url) ? new URL(url).hostname : '';
  return asked === host.toLowerCase() || asked.startsWith('[') ? null : `has no valid host, ${BRIDGE_FORMS}`;
}

function describeForm(url: string): string {
  if (!/^https?:\/\//.test(url)) return 'does not begin with https:// (or http://)';
  if (url.includes('@')) return 'holds a user name or a password';
  if (/[?#]/.test(url)) return 'holds a query';
  if (/^https?:\/\/[^/]+\/./.test(url)) return 'holds a path';
  if (/\s/.test(url)) return 'holds a space';
  if (/%/.test(url))
    return 'holds the zone of an IPv6 address, which only this machine knows; take the IPv4 address or the name';
  return 'has no valid host or port';
}

/** @returns what is wrong with an address that must be encrypted unless it stays in this machine, or null */
export function serviceUrlFault(url: string): string | null {
  const expected = 'expected https://HOST, or http:// to this machine (localhost, 127.0.0.1, [::1])';
  if (!/^https?:\/\/[^\s\\]+$/.test(url) || !URL.canParse(url)) return `is not an address, ${expected}`;
  const { protocol, hostname, username, password, hash } = new URL(url);
  if (username !== '' || password !== '') return `holds a user name or a password, ${expected}`;
  if (hash !== '') return `holds a #, ${expected}`;
  if (protocol === 'http:' && !isLoopback(hostname)) return `is not encrypted, ${expected}`;
  return null;
}
