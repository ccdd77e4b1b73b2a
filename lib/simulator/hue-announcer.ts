/** Announces a bridge in the local network as bridges do: `_hue._tcp` by mDNS (RFC 6762 and 6763). */
import multicastDns, { type Options } from 'multicast-dns';
import type { Answer, StringAnswer, SrvAnswer, TxtAnswer } from 'dns-packet';

const SERVICE = '_hue._tcp.local';

export interface AnnouncedBridge {
  /** 16 hex digits */
  bridgeId: string;
  /** IPv4; default 127.0.0.1 */
  address?: string;
  port: number;
}

export interface AnnouncerOptions {
  /** another port than mDNS's own, or one interface: `{ interface: '127.0.0.1', bind: '0.0.0.0' }` */
  socket?: Options;
  /** true: the first answer is the PTR record alone, as some repeaters pass it on */
  inPieces?: boolean;
}

export interface Announcer {
  /** questions for `_hue._tcp` heard so far */
  readonly asked: number;
  /** the bridges that are announced; change it to let a bridge move or vanish */
  bridges: AnnouncedBridge[];
  close(): Promise<void>;
}

/** Resolves when it listens. */
export async function announceBridges(bridges: AnnouncedBridge[], options: AnnouncerOptions = {}): Promise<Announcer> {
  const socket = multicastDns(options.socket);
  const announcer = {
    asked: 0,
    bridges,
    close: () => new Promise<void>((resolve) => socket.destroy(() => resolve())),
  };
  socket.on('warning', () => undefined); // a packet that is not mDNS
  socket.on('query', ({ questions = [] }) => {
    for (const { name, type } of questions) {
      const isSearch = name.toLowerCase() === SERVICE && type === 'PTR';
      if (isSearch) announcer.asked++;
      const records = announcer.bridges.map(recordsOf);
      const asked = records.flat().filter((record) => record.name === name && record.type === type);
      if (asked.length === 0) continue;
      const additionals = isSearch && options.inPieces !== true ? records.flatMap(([, ...others]) => others) : [];
      socket.respond({ answers: asked, additionals });
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('ready', resolve);
    socket.once('error', reject);
  });
  return announcer;
}

function recordsOf({ bridgeId, address = '127.0.0.1', port }: AnnouncedBridge): Answer[] {
  const id = bridgeId.toLowerCase();
  const instance = `Hue Bridge - ${id.slice(-6).toUpperCase()}.${SERVICE}`;
  const host = `${id}.local`;
  const pointer: StringAnswer = { name: SERVICE, type: 'PTR', ttl: 120, data: instance };
  const service: SrvAnswer = {
    name: instance,
    type: 'SRV',
    ttl: 120,
    data: { priority: 0, weight: 0, port, target: host },
  };
  const text: TxtAnswer = { name: instance, type: 'TXT', ttl: 120, data: [`bridgeid=${id}`, 'modelid=BSB002'] };
  const addressRecord: StringAnswer = { name: host, type: 'A', ttl: 120, data: address };
  return [pointer, service, text, addressRecord];
}
