/** Which bridges there are: what each address answers is given here, so that it takes no time to be silent. */
import { MonitorError, type ErrorType } from '../../../../lib/errors';
import type { ClipPublicConfig } from '../../../../lib/sources/hue/clip';
import type { FoundBridge } from '../../../../lib/sources/hue/found-bridge';
import { addressesGiven, findBridges, meetBridge } from '../../../../lib/sources/hue/survey';

/** address → the id of the bridge there, or what asking it ends in; what is not named refuses the connection */
function network(places: Record<string, string>) {
  const asked: string[] = [];
  const publicConfig = (address: string): Promise<ClipPublicConfig> => {
    asked.push(address);
    const there = places[address] ?? 'network';
    if (/^[0-9a-f]{16}$/.test(there)) {
      return Promise.resolve({ bridgeId: there, modelId: null, name: null, replacesBridgeId: null });
    }
    return Promise.reject(new MonitorError(`${address}: ${there}`, { type: there as ErrorType }));
  };
  return { asked, publicConfig };
}

const ID = '001788fffe100001';
const GIVEN = addressesGiven('192.168.1.10');

test('a bridge whose https is silent is asked by http', async () => {
  const found = network({ 'https://192.168.1.10': 'timeout', 'http://192.168.1.10': ID });
  expect(await meetBridge(GIVEN, found)).toMatchObject({ address: 'http://192.168.1.10', bridgeId: ID });
});

test('where one way is silent at one port, it is not asked at another', async () => {
  const addresses = ['https://a:8443', 'https://a', 'http://a:8443', 'http://a'];
  const found = network({ 'https://a:8443': 'timeout', 'http://a:8443': 'timeout' });
  await expect(meetBridge(addresses, found)).rejects.toMatchObject({ type: 'timeout' });
  expect(found.asked).toEqual(['https://a:8443', 'http://a:8443']);
});

test('no bridge at all: the reasons of both ways are said', async () => {
  const found = network({ 'http://192.168.1.10': 'http' });
  await expect(meetBridge(GIVEN, found)).rejects.toMatchObject({
    message: 'https://192.168.1.10: network; http://192.168.1.10: http',
    remediation: expect.stringContaining('--bridge ADDRESS') as string,
  });
});

test('an interruption is not a reason to ask on', async () => {
  const found = network({ 'https://192.168.1.10': 'interrupted' });
  await expect(meetBridge(GIVEN, found)).rejects.toMatchObject({ type: 'interrupted' });
  expect(found.asked).toHaveLength(1);
});

test('several bridges come in the order of their ids, in whatever order they are found', async () => {
  const ids = ['001788fffe300003', ID, '001788fffe200002'];
  const places = Object.fromEntries(ids.map((id, index) => [`https://192.168.1.${index}`, id]));
  const list = ids.map((bridgeId, index): FoundBridge => ({
    bridgeId,
    host: `192.168.1.${index}`,
    port: 443,
    foundBy: 'mdns',
  }));
  for (const found of [list, [...list].reverse()]) {
    const find = { mdns: () => Promise.resolve(found), cloud: () => Promise.resolve([]) };
    const bridges = await findBridges(['mdns'], find, network(places), () => undefined);
    expect(bridges.map(({ bridgeId }) => bridgeId)).toEqual([...ids].sort());
  }
});

test('a bridge that is found, and has no https, is met over http', async () => {
  const found: FoundBridge = { bridgeId: ID, host: '192.168.1.10', port: 443, foundBy: 'mdns' };
  const find = { mdns: () => Promise.resolve([found]), cloud: () => Promise.resolve([]) };
  const bridges = await findBridges(['mdns'], find, network({ 'http://192.168.1.10': ID }), () => undefined);
  expect(bridges).toMatchObject([{ address: 'http://192.168.1.10', bridgeId: ID }]);
});

test('the zone of an IPv6 address is named as what cannot be', () => {
  expect(() => addressesGiven('fe80::1%eth0')).toThrow(/holds the zone of an IPv6 address/);
});
