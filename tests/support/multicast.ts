/** Whether this machine supports multicast, which a container may not; and a port for it that no other program uses. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Options } from 'multicast-dns';
import multicastDns from 'multicast-dns';
import { announceBridges } from '../../lib/simulator/hue-announcer';

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Asks its own responder, for a second at most. */
export async function multicastWorks(options: Options = {}): Promise<boolean> {
  const responder = await announceBridges([], { socket: options }).catch(() => null);
  if (responder === null) return false;
  const asking = multicastDns(options);
  asking.on('error', () => undefined);
  asking.on('warning', () => undefined);
  for (let tries = 0; tries < 20 && responder.asked === 0; tries++) {
    asking.query({ questions: [{ name: '_hue._tcp.local', type: 'PTR' }] });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  asking.destroy();
  await responder.close();
  return responder.asked > 0;
}
