/** Finds Hue Bridges in the local network: they announce themselves as `_hue._tcp` (mDNS, RFC 6762 and 6763). */
import type { Options, ResponsePacket } from 'multicast-dns';
import { sleep } from '../../reliability/sleep';
import { normalBridgeId, type FoundBridge } from './found-bridge';

const SERVICE = '_hue._tcp.local';

/** Bridges answer within 120 ms [RFC 6762, 6]; Wi-Fi loses packets, so the question is asked three times. */
const ASK_EVERY_MS = 700;
const ASK_TIMES = 3;

export interface MdnsOptions {
  signal: AbortSignal;
  /** the search ends when this bridge answered; '' = whoever answers in time */
  bridgeId?: string;
  /** another port or interface than mDNS's own: for tests */
  socket?: Options;
}

/**
 * @returns the bridges that answered, perhaps none
 * @throws the signal's reason; Error where the network cannot do multicast
 */
export async function findByMdns({ signal, bridgeId = '', socket: options = {} }: MdnsOptions): Promise<FoundBridge[]> {
  const { default: multicastDns } = await import('multicast-dns');
  const socket = multicastDns(options);
  const records = new Records();
  const enough = new AbortController();
  let failure: Error | undefined;
  socket.on('error', (error: Error) => {
    failure = error;
    enough.abort();
  });
  socket.on('warning', () => undefined); // one interface that cannot, or a packet that is none
  socket.on('response', (packet: ResponsePacket, from: { address: string }) => {
    records.add(packet, from.address);
    if (bridgeId !== '' && records.bridges().some((bridge) => bridge.bridgeId === bridgeId)) enough.abort();
    const missing = records.missing();
    if (missing.length > 0) socket.query({ questions: missing });
  });
  const stop = AbortSignal.any([signal, enough.signal]);
  try {
    for (let asked = 0; asked < ASK_TIMES && !stop.aborted; asked++) {
      socket.query({ questions: [{ name: SERVICE, type: 'PTR' }] });
      await sleep(ASK_EVERY_MS, stop).catch(() => undefined);
    }
  } finally {
    socket.destroy();
  }
  signal.throwIfAborted();
  if (failure) throw failure;
  return records.bridges();
}

/** Puts together what comes in pieces, in any order, from several bridges. */
class Records {
  /** instance (`Hue Bridge - 100001._hue._tcp.local`) → the address its packet came from */
  readonly #instances = new Map<string, string>();
  readonly #ports = new Map<string, { port: number; target: string }>();
  readonly #ids = new Map<string, string>();
  readonly #addresses = new Map<string, string>();
  readonly #asked = new Set<string>();

  add({ answers = [], additionals = [] }: ResponsePacket, from: string): void {
    for (const answer of [...answers, ...additionals]) {
      const name = answer.name.toLowerCase();
      if (answer.type === 'PTR' && name === SERVICE) this.#instances.set(answer.data.toLowerCase(), from);
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
    const names = [...this.#instances.keys()].filter(
      (name) => !this.#asked.has(name) && !(this.#ports.has(name) && this.#ids.has(name)),
    );
    for (const name of names) this.#asked.add(name);
    return names.flatMap((name) => [
      { name, type: 'SRV' },
      { name, type: 'TXT' },
    ]);
  }

  bridges(): FoundBridge[] {
    return [...this.#instances].flatMap(([name, from]) => {
      const bridgeId = this.#ids.get(name);
      const service = this.#ports.get(name);
      if (bridgeId === undefined || service === undefined) return [];
      return [{ bridgeId, host: this.#addresses.get(service.target) ?? from, port: service.port, foundBy: 'mdns' }];
    });
  }
}
