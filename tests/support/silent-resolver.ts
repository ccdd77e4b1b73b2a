/** A name server that never answers, and a mount namespace in which a command asks only it. Needs root. */
import { createSocket } from 'node:dgram';

export interface SilentResolver {
  address: string;
  /** a prefix for a command, which then reads `resolvConf` instead of /etc/resolv.conf */
  wrapper(resolvConf: string): string[];
  close(): void;
}

const ADDRESS = '127.53.53.53';

export async function startSilentResolver(): Promise<SilentResolver> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, ADDRESS, resolve);
  });
  return {
    address: ADDRESS,
    wrapper: (resolvConf) => [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount --bind '${resolvConf}' /etc/resolv.conf && exec "$@"`,
      'sh',
    ],
    close: () => socket.close(),
  };
}
