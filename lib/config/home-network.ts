/** Which addresses and names belong to a home: what is sent there does not cross the internet. */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from './urls';

const HOME = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  HOME.addSubnet(network, prefix, 'ipv4');
}
HOME.addSubnet('fc00::', 7, 'ipv6');
HOME.addSubnet('fe80::', 10, 'ipv6');

/** Names that only a home's own router, or a device itself, can explain. */
const HOME_NAME = /^[^.]+$|\.(?:local|lan|home|internal|home\.arpa|fritz\.box)$/i;

/** @returns whether an address of the configuration leads out of the home unencrypted */
export function isOpenAbroad(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || isLoopback(hostname)) return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? !HOME_NAME.test(host) : !isHomeAddress(host);
}

/**
 * Where a bridge may be found again. A discovery service, or somebody in the network who answers in a bridge's name, must
 * not send the key to a machine in the internet.
 * @param bridgeUrl as configured: only if it is on this machine, as an emulator's is, may the bridge move within it
 */
export function isInThisHome(host: string, bridgeUrl: string): boolean {
  if (isLoopback(host)) return isLoopback(new URL(bridgeUrl).hostname);
  return isHomeAddress(host);
}

function isHomeAddress(host: string): boolean {
  return HOME.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
