/**
 * What the cycles of a soak hand on: rules about the home, whose webhook is dead half of the time, and a broker that comes
 * and goes. In the end each event must have arrived once, and the broker must have what the database has.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { HueBridge } from '../../../lib/simulator/hue-bridge';
import type { HomeAlerts, HomeEvent } from '../../../lib/home-alerts/state';
import { startBroker, type Broker } from '../../support/broker';
import type { Home } from '../../support/home';

export interface HandOn {
  config: object;
  secrets: { notify: { webhook: string } };
  /** Before the n-th cycle; in the first one, 0, everything works. */
  change: (cycle: number) => Promise<void>;
  /** after a good cycle of each collector */
  result: (home: Home) => Promise<HandOnResult>;
  close: () => Promise<void>;
}

export interface HandOnResult {
  /** that the webhook has taken */
  told: number;
  /** that it has refused */
  refused: number;
  /** rules of which an event did not arrive, arrived twice, or in another order */
  wrong: string[];
  /** events that still wait */
  waiting: number;
  /** devices of which the broker has another state than the database */
  differing: string[];
}

/** The webhook takes everything in the first two of six cycles, answers 503 in two, and hangs up in two. */
const WEBHOOK = ['takes', 'takes', 'refuses', 'refuses', 'hangs up', 'hangs up'] as const;
/** The broker is there for so many cycles, and gone for as many. */
const BROKER_CYCLES = 4;

export async function startHandOn(directory: string, { home: { resources } }: HueBridge): Promise<HandOn> {
  const told: HomeEvent[] = [];
  let refused = 0;
  let webhook: (typeof WEBHOOK)[number] = 'takes';
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      if (webhook === 'takes') told.push(JSON.parse(body) as HomeEvent);
      else refused++;
      if (webhook === 'hangs up') request.socket.destroy();
      else response.writeHead(webhook === 'takes' ? 200 : 503).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let broker: Broker | null = await startBroker(directory);
  const { url } = broker;
  const setBroker = async (isThere: boolean) => {
    if (isThere) broker ??= await startBroker(directory, Number(new URL(url).port));
    else {
      await broker?.stop();
      broker = null;
    }
  };
  // Each sensor's temperature is near its limit, so that it crosses it again and again.
  const alerts = Object.values(resources.sensors).flatMap(({ type, uniqueid, state }) =>
    type === 'ZLLTemperature'
      ? [{ name: 'warm', quantity: 'temperature', device: uniqueid, above: Number(state['temperature']) / 100 }]
      : [],
  );
  return {
    config: { alerts, publish: { mqtt: { url } } },
    secrets: { notify: { webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/topic` } },
    change: async (cycle) => {
      webhook = WEBHOOK[cycle % WEBHOOK.length] ?? 'takes';
      await setBroker(Math.floor(cycle / BROKER_CYCLES) % 2 === 0);
    },
    result: async (home) => {
      const state = stateIn(home);
      return {
        ...{ told: told.length, refused, waiting: state.outbox.length },
        wrong: wrongOrder(told, state),
        differing: broker === null ? ['no broker'] : await differing(home, broker),
      };
    },
    close: async () => {
      server.close();
      await setBroker(false);
    },
  };
}

function stateIn({ dataDirectory }: Home): Pick<HomeAlerts, 'watches' | 'outbox'> {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, 'home-alerts.json'), 'utf8')) as HomeAlerts;
  } catch {
    return { watches: [], outbox: [] };
  }
}

/** Of each rule and device the events must alternate, and end as it is now. */
function wrongOrder(told: readonly HomeEvent[], { watches }: Pick<HomeAlerts, 'watches'>): string[] {
  const keyOf = ({ name, device_id }: Pick<HomeEvent, 'name' | 'device_id'>) => `${name} ${device_id}`;
  const active = watches.filter(({ raised_at }) => raised_at !== null).map(keyOf);
  const keys = new Set([...told.map(keyOf), ...active]);
  return [...keys].filter((key) => {
    const events = told.filter((event) => keyOf(event) === key).map(({ event }) => event);
    const isAlternating = events.every((event, n) => event === (n % 2 === 0 ? 'raised' : 'cleared'));
    return !isAlternating || (events.at(-1) === 'raised') !== active.includes(key);
  });
}

async function differing(home: Home, broker: Broker): Promise<string[]> {
  const newest = await home.query<{ device_id: string; timestamp: string; temperature_celsius: number }>(
    `SELECT device_id, timestamp, temperature_celsius FROM readings
     WHERE timestamp IN (SELECT max(started_at) FROM cycles GROUP BY collector)`,
  );
  const states = await broker.retained('home-temperature-monitor/+/state', newest.length);
  return newest.flatMap(({ device_id, timestamp, temperature_celsius }) => {
    const state = states[`home-temperature-monitor/${device_id.replaceAll(':', '_')}/state`];
    const { timestamp: time, temperature } = (state ?? {}) as Record<string, unknown>;
    return time === timestamp && temperature === temperature_celsius ? [] : [device_id];
  });
}
