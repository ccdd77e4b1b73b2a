import { once } from 'node:events';
import multicastDns from 'multicast-dns';
import {
  announceBridges,
  type AnnouncedBridge,
  type Announcer,
  type AnnouncerOptions,
} from '../../../../lib/simulator/hue-announcer';
import { findByMdns } from '../../../../lib/sources/hue/mdns';
import { freeUdpPort, multicastWorks } from '../../../support/multicast';

const LOOPBACK = '127.0.0.1';
const OURS: AnnouncedBridge = { bridgeId: '001788fffe100001', address: '192.168.1.60', port: 443 };
const OTHER: AnnouncedBridge = { bridgeId: '001788fffe200002', address: '192.168.1.61', port: 8443 };

let port = 0;
let possible = false;
const socket = () => ({ interface: LOOPBACK, bind: '0.0.0.0', port });
beforeAll(async () => {
  port = await freeUdpPort();
  possible = await multicastWorks(socket());
});

const announcers: Announcer[] = [];
afterEach(async () => {
  await Promise.all(announcers.splice(0).map((announcer) => announcer.close()));
});

async function announce(bridges: AnnouncedBridge[], options: AnnouncerOptions = {}): Promise<Announcer> {
  const announcer = await announceBridges(bridges, { socket: socket(), ...options });
  announcers.push(announcer);
  return announcer;
}

const find = (bridgeId = '', signal = new AbortController().signal) =>
  findByMdns({ signal, bridgeId, interfaces: [LOOPBACK], port });

/** Where multicast is impossible (some containers), these tests say so and do nothing. */
function testWithMulticast(name: string, body: () => Promise<void>): void {
  test(`${name} (needs multicast on loopback)`, async () => {
    if (possible) await body();
    else console.warn('passed over: this machine cannot do multicast on loopback');
  });
}

describe('mDNS', () => {
  testWithMulticast('finds every bridge that answers, with its announced port', async () => {
    await announce([OURS]);
    await announce([OTHER]);
    const found = await find();
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ bridgeId: '001788fffe100001', host: '192.168.1.60', port: 443, foundBy: 'mdns' });
    expect(found).toContainEqual({ bridgeId: '001788fffe200002', host: '192.168.1.61', port: 8443, foundBy: 'mdns' });
  });

  testWithMulticast('asks once if the wanted bridge answers at once', async () => {
    const announcer = await announce([OURS]);
    expect(await find(OURS.bridgeId)).toHaveLength(1);
    expect(announcer.asked).toBe(1);
  });

  testWithMulticast('goes on asking while only other bridges answer', async () => {
    const announcer = await announce([OTHER]);
    expect(await find(OURS.bridgeId)).toHaveLength(1);
    expect(announcer.asked).toBe(3);
  });

  testWithMulticast('asks for what an answer left out, and takes its sender as the address', async () => {
    await announce([OURS], { inPieces: true });
    expect(await find(OURS.bridgeId)).toMatchObject([{ bridgeId: OURS.bridgeId, port: 443 }]);
  });

  testWithMulticast('ignores what makes no sense', async () => {
    const name = 'broken._hue._tcp.local';
    const noise = multicastDns(socket());
    await once(noise, 'ready');
    noise.on('query', () => {
      noise.respond([
        { name: '_hue._tcp.local', type: 'PTR', data: name },
        { name, type: 'TXT', data: Buffer.from([0xff, 0xfe]) },
        { name, type: 'SRV', data: { port: 443, target: 'broken.local' } },
        { name: '_printer._tcp.local', type: 'PTR', data: 'printer._printer._tcp.local' },
      ]);
    });
    try {
      expect(await find()).toEqual([]);
      await announce([OURS]);
      expect(await find(OURS.bridgeId)).toMatchObject([{ bridgeId: OURS.bridgeId }]);
    } finally {
      noise.destroy();
    }
  });

  test('finds nothing if no bridge answers', async () => {
    expect(await find().catch(() => [])).toEqual([]);
  });

  test('ends with the reason of the signal', async () => {
    await expect(find('', AbortSignal.abort(new Error('the deadline')))).rejects.toThrow('the deadline');
  });

  test('fails if this machine is not in the network', async () => {
    const signal = new AbortController().signal;
    await expect(findByMdns({ signal, interfaces: ['192.0.2.254'], port })).rejects.toThrow(/ENODEV|EADDRNOTAVAIL/);
  });
});
