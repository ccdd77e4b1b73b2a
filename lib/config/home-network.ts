/**
 * Which addresses a bridge can have that is found again: those of a home. A discovery service, or somebody in the network
 * who answers in a bridge's name, must not send the key to a machine in the internet.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../../config/urls';

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

/** @param bridgeUrl as configured: only if it is on this machine, as an emulator's is, may the bridge move within it */
export function isInThisHome(host: string, bridgeUrl: string): boolean {
  if (isLoopback(host)) return isLoopback(new URL(bridgeUrl).hostname);
  return HOME.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}
