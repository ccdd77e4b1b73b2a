/** Finds Hue Bridges in the local network: they announce themselves as `_hue._tcp` (mDNS, RFC 6762 and 6763). */
import { networkInterfaces } from 'node:os';
import type { ResponsePacket } from 'multicast-dns';
import { sleep } from '../../reliability/sleep';
import { isUsableHost, normalBridgeId, type FoundBridge } from './found-bridge';

const SERVICE = '_hue._tcp.local';

/** Bridges answer within 120 ms [RFC 6762, 6]; Wi-Fi loses packets, so the question is asked three times. */
const ASK_EVERY_MS = 700;
const ASK_TIMES = 3;

export interface MdnsOptions {
  signal: AbortSignal;
  /** the search ends when this bridge answered; '' = all bridges that answer in time */
  bridgeId?: string;
  /** IPv4 addresses of the networks to ask in; default: all this machine is in */
  interfaces?: string[];
  /** another than mDNS's own: for tests */
  port?: number;
}

/**
 * @returns the bridges that answered, perhaps none
 * @throws the signal's reason; Error if none answered and the network cannot do multicast
 */
export async function findByMdns(options: MdnsOptions): Promise<FoundBridge[]> {
  const { signal, bridgeId = '', interfaces = ownAddresses(), port = 5353 } = options;
  const { default: multicastDns } = await import('multicast-dns');
  const records = new Records();
  const found = new AbortController();
  const failures: Error[] = [];
  const sockets = interfaces.map((address) => {
    // Bound to all addresses: a packet to the group would not arrive at a socket bound to one of ours.
    const socket = multicastDns({ interface: address, bind: '0.0.0.0', port });
    socket.on('error', (error: Error) => failures.push(error));
    socket.on('warning', (error: Error) => failures.push(error)); // this network cannot; or a packet that is not mDNS
    socket.on('response', (packet, from) => {
      records.add(packet, from.address);
      if (records.bridges().some((bridge) => bridge.bridgeId === bridgeId)) found.abort();
      const missing = records.missing();
      if (missing.length > 0) socket.query({ questions: missing });
    });
    return socket;
  });
  const stop = AbortSignal.any([signal, found.signal]);
  try {
    for (let asked = 0; asked < ASK_TIMES && !stop.aborted; asked++) {
      for (const socket of sockets) socket.query({ questions: [{ name: SERVICE, type: 'PTR' }] });
      await sleep(ASK_EVERY_MS, stop).catch(() => undefined);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  signal.throwIfAborted();
  const bridges = records.bridges();
  if (bridges.length === 0 && failures[0]) throw failures[0];
  return bridges;
}

/** One address of each network this machine is in; its own loopback only if there is no other. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap(
    (network) => network?.find(({ family }) => family === 'IPv4') ?? [],
  );
  const outside = all.filter(({ internal }) => !internal);
  return (outside.length > 0 ? outside : all).map(({ address }) => address);
}

/** Puts together what comes in pieces, in any order, from several bridges. */
class Records {
  /**
   * instance (`Hue Bridge - 100001._hue._tcp.local`) in lower case → as it spells itself, and the address that sent it
   */
  readonly #instances = new Map<string, { name: string; from: string }>();
  readonly #ports = new Map<string, { port: number; target: string }>();
  readonly #ids = new Map<string, string>();
  readonly #addresses = new Map<string, string>();
  readonly #asked = new Set<string>();

  add({ answers = [], additionals = [] }: ResponsePacket, from: string): void {
    for (const answer of [...answers, ...additionals]) {
      const name = answer.name.toLowerCase();
      if (answer.type === 'PTR' && name === SERVICE)
        this.#instances.set(answer.data.toLowerCase(), { name: answer.data, from });
      if (answer.type === 'SRV')
        this.#ports.set(name, { port: answer.data.port, target: answer.data.target.toLowerCase() });
      if (answer.type === 'A') this.#addresses.set(name, answer.data);
      if (answer.type === 'TXT') {
        const texts = [answer.data].flat().map(String);
        const id = normalBridgeId(texts.find((text) => /^bridgeid=/i.test(text))?.slice('bridgeid='.length));
        if (id !== null) this.#ids.set(name, id);
      }
    }
  }

  /** What an answer left out (bridges send all at once, some repeaters don't); each is asked for once. */
  missing(): { name: string; type: 'SRV' | 'TXT' }[] {
    const incomplete = [...this.#instances].filter(
      ([key]) => !this.#asked.has(key) && !(this.#ports.has(key) && this.#ids.has(key)),
    );
    return incomplete.flatMap(([key, { name }]) => {
      this.#asked.add(key);
      return [
        { name, type: 'SRV' },
        { name, type: 'TXT' },
      ];
    });
  }

  bridges(): FoundBridge[] {
    return [...this.#instances].flatMap(([key, { from }]) => {
      const bridgeId = this.#ids.get(key);
      const service = this.#ports.get(key);
      const host = this.#addresses.get(service?.target ?? '') ?? from;
      if (bridgeId === undefined || service === undefined || !isUsableHost(host)) return [];
      return [{ bridgeId, host, port: service.port, foundBy: 'mdns' }];
    });
  }
}
