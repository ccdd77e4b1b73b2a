/** What a cycle costs that hands something on, beside the same cycle without: rules, webhook, command, broker. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ScratchInstallationOptions } from '../../../lib/simulator/scratch-installation';
import { noBroker, startBroker } from '../../support/broker';
import { ROOT, type Case } from './cases';
import type { Measured } from './measure';
import { cpus, median, ratio, walls } from './ratios';

interface Kind {
  name: string;
  title: string;
  config: ScratchInstallationOptions['config'];
  secrets?: ScratchInstallationOptions['secrets'];
  /** of the data directory; removed before each run, so that there is an event, or discovery, each time */
  forgets?: string;
}

/** @param weakest the lowest battery of the home, in percent: one sensor is told of */
export async function kindsOf(directory: string, weakest: number): Promise<Kind[]> {
  const server = createServer((request, response) => void request.resume().on('end', () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/topic`;
  const told = { config: { builtin_alerts: { battery_below: weakest + 0.5 } }, forgets: 'home-alerts.json' };
  const broker = noBroker === null ? await startBroker(directory) : null;
  process.once('exit', () => void broker?.stop());
  const mqtt = { config: { publish: { mqtt: { url: broker?.url } } } };
  return [
    { name: 'rules', title: 'rules, nothing to tell', config: { builtin_alerts: { battery_below: weakest } } },
    { name: 'webhook', title: 'rules, one event to a webhook', ...told, secrets: { notify: { webhook } } },
    {
      ...{ name: 'command', title: 'rules, one event to a command (/bin/true)' },
      ...{ ...told, config: { ...told.config, notify: { command: ['/bin/true'] } } },
    },
    ...(broker === null
      ? []
      : [
          { name: 'mqtt', title: 'MQTT, states', ...mqtt },
          { name: 'discovery', title: 'MQTT, states and discovery', ...mqtt, forgets: 'publish-state.json' },
        ]),
  ];
}

/** What `openHomes` has made, by name: `handing-on-webhook`. */
export const folderOf = (name: string): string => `handing-on-${name}`;

/** @param kinds what the process of the devices has made @param plain the installation that hands nothing on */
export function handOnCases(homes: string, kinds: readonly Omit<Kind, 'config'>[], plain: string): Case[] {
  const program = (folder: string) => ({
    words: [join(ROOT, 'bin', 'collect-hue.js'), '--config', join(homes, folder, 'config', 'config.yaml')],
    exitCodes: [0],
  });
  return kinds.map(({ name, title, forgets }) => ({
    name: title,
    ...program(folderOf(name)),
    reference: program(plain),
    ...(forgets !== undefined && {
      prepare: () => rmSync(join(homes, folderOf(name), 'data', forgets), { force: true }),
    }),
  }));
}

/** A row of the table: ratios to the plain cycle, and the milliseconds more. */
export function toPlain({ name, costs, reference, peakMemory, referencePeakMemory }: Measured): Record<string, string> {
  const more = (of: typeof walls) => `+${(median(of(costs)) - median(of(reference))).toFixed(0)} ms`;
  return {
    'handed on': name,
    ...{ wall: ratio(walls(costs), walls(reference)), 'wall more': more(walls) },
    ...{ CPU: ratio(cpus(costs), cpus(reference)), 'CPU more': more(cpus) },
    'memory more': `+${(peakMemory - referencePeakMemory).toFixed(0)} MB`,
  };
}
