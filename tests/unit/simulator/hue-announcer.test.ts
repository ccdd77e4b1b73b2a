import multicastDns, { type ResponsePacket } from 'multicast-dns';
import { announceBridges, type Announcer } from '../../../lib/simulator/hue-announcer';

// The test's own port, on loopback, so that no other bridge of the network answers.
const socket = { port: 20_000 + (process.pid % 40_000), interface: '127.0.0.1', bind: '0.0.0.0' };
const SERVICE = '_hue._tcp.local';
let announcer: Announcer;
afterEach(() => announcer.close());

function search(name = SERVICE, type: 'PTR' | 'TXT' = 'PTR'): Promise<ResponsePacket> {
  const client = multicastDns(socket);
  return new Promise<ResponsePacket>((resolve) => {
    client.once('response', resolve);
    client.query(name, type);
  }).finally(() => client.destroy());
}

const typesOf = (records: { type: string }[] = []) => records.map(({ type }) => type);

test('a search finds name, port, id and address in one answer', async () => {
  announcer = await announceBridges([{ bridgeId: '001788FFFE100001', port: 8443 }], { socket });
  const { answers, additionals } = await search();
  expect(answers).toMatchObject([{ type: 'PTR', data: `Hue Bridge - 100001.${SERVICE}` }]);
  expect(additionals).toMatchObject([
    { type: 'SRV', data: { port: 8443, target: '001788fffe100001.local' } },
    { type: 'TXT', data: [Buffer.from('bridgeid=001788fffe100001'), Buffer.from('modelid=BSB002')] },
    { type: 'A', name: '001788fffe100001.local', data: '127.0.0.1' },
  ]);
  expect(announcer.asked).toBe(1);
});

test('in pieces, the rest comes when it is asked for', async () => {
  announcer = await announceBridges([{ bridgeId: '001788fffe100001', port: 443 }], { socket, inPieces: true });
  expect((await search()).additionals).toEqual([]);
  expect(typesOf((await search(`Hue Bridge - 100001.${SERVICE}`, 'TXT')).answers)).toEqual(['TXT']);
});

test('a bridge moves while it is announced', async () => {
  announcer = await announceBridges([{ bridgeId: '001788fffe100001', port: 443 }], { socket });
  announcer.bridges = [
    { bridgeId: '001788fffe100001', port: 444, address: '127.0.0.2' },
    { bridgeId: '001788fffe100002', port: 443 },
  ];
  const { answers, additionals } = await search();
  expect(typesOf(answers)).toEqual(['PTR', 'PTR']);
  expect(additionals).toContainEqual(expect.objectContaining({ type: 'A', data: '127.0.0.2' }));
});
