/** Finds the bridges in this network, shows them, and lets the user choose one. */
import type { HueConfig } from '../../config/config';
import { asMonitorError, MonitorError } from '../../errors';
import type { Http } from '../../http/http';
import type { HueClient } from '../../sources/hue/client';
import { addressesGiven, findBridges, meetBridge, type MetBridge } from '../../sources/hue/survey';
import { printable } from '../../wording';
import type { Asker } from '../ask';

export interface ChooseContext {
  hue: Pick<HueConfig, 'discovery' | 'discovery_url'>;
  /** `--bridge`; absent = look for bridges */
  given: string | undefined;
  /** ids of the bridges that may be meant */
  ours: readonly string[];
  http: Http;
  /** asks for what is public, without verifying the certificate */
  client: Pick<HueClient, 'publicConfig'>;
  signal: AbortSignal;
  say: (text: string) => void;
  asker: Asker;
}

const WAYS = { mdns: 'mDNS', cloud: 'the discovery service' } as const;

/** @throws MonitorError if there is no bridge, or the user chose none */
export async function chooseBridge(context: ChooseContext): Promise<MetBridge> {
  const { given, client, say } = context;
  if (given !== undefined) return shown(await meetBridge(addressesGiven(given), client), say);
  const bridges = await look(context);
  const [first, ...others] = bridges;
  if (first === undefined) return shown(await meetAtAddress(context), say);
  if (others.length === 0) return shown(first, say);
  const isOurs = ({ bridgeId }: MetBridge) => context.ours.includes(bridgeId);
  const successors = bridges.filter(({ replacesBridgeId: id }) => id !== null && context.ours.includes(id));
  if (successors[0] !== undefined && successors.length === 1 && !bridges.some(isOurs)) return shown(successors[0], say);
  bridges.forEach((bridge, index) => say(`  ${index + 1}  ${describe(bridge)}\n`));
  return askWhich(bridges, context.asker);
}

async function look({ hue, http, client, signal, say }: ChooseContext): Promise<MetBridge[]> {
  const find = {
    async mdns() {
      say('Looking for bridges in this network (mDNS) ...\n');
      const { findByMdns } = await import('../../sources/hue/mdns');
      return findByMdns({ signal });
    },
    async cloud() {
      say(`Asking the discovery service (${hue.discovery_url}) ...\n`);
      const { findByCloud } = await import('../../sources/hue/cloud-discovery');
      return findByCloud({ url: hue.discovery_url, http, signal });
    },
  };
  const bridges = await findBridges(hue.discovery, find, client, (way, { message }) => {
    signal.throwIfAborted();
    say(`  ${WAYS[way]} found nothing: ${printable(message)}\n`);
  });
  signal.throwIfAborted();
  return bridges;
}

const describe = ({ name, modelId, bridgeId, address }: MetBridge) =>
  printable(`${name} (${modelId}), id ${bridgeId}, at ${address}`);

function shown(bridge: MetBridge, say: ChooseContext['say']): MetBridge {
  say(`Found: ${describe(bridge)}\n`);
  return bridge;
}

/** Asks again after a mistake in typing, until a bridge answers, or the input ends. */
async function meetAtAddress({ asker, client, signal }: ChooseContext): Promise<MetBridge> {
  let question = 'No bridge was found. Its address (Hue app: Settings, Bridges, the (i) behind the bridge): ';
  for (let answer = await asker.ask(question); answer; answer = await asker.ask(question)) {
    try {
      return await meetBridge(addressesGiven(answer), client);
    } catch (thrown) {
      signal.throwIfAborted();
      const reason = printable(asMonitorError(thrown).message);
      question = `${reason}\nIts address (Enter alone ends this): `;
    }
  }
  throw new MonitorError('no Hue Bridge was found in this network, and no address was given', {
    type: 'network',
    permanent: true,
    remediation: {
      say: 'Give its address, which the Hue app shows',
      command: 'node bin/auth-hue.js --bridge 192.168.1.10',
    },
  });
}

async function askWhich(bridges: readonly MetBridge[], asker: Asker): Promise<MetBridge> {
  for (;;) {
    const answer = await asker.ask(`Which one? [1-${bridges.length}] `);
    if (answer === null) break;
    const chosen = /^\d+$/.test(answer) ? bridges[Number(answer) - 1] : undefined;
    if (chosen) return chosen;
  }
  const [first] = bridges;
  throw new MonitorError(`there are ${bridges.length} bridges, and none was chosen`, {
    type: 'usage',
    permanent: true,
    remediation: {
      say: 'Type its number, or name it',
      command: `node bin/auth-hue.js --bridge ${first?.address ?? 'ADDRESS'}`,
    },
  });
}
