/** The home of a soak: what the disturbances may change, and the real commands that run in it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority } from '../../../lib/simulator/certificates';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../../lib/simulator/hue-bridge';
import { home as makeHome } from '../../../lib/simulator/hue-home';
import { startDiscoveryService, type DiscoveryService } from '../../../lib/simulator/hue-discovery';
import { holdDatabase } from '../../support/held-database';
import { openHome, type Home } from '../../support/home';
import { runCommand, type RunResult } from '../../support/run-command';
import { startHandOn, type HandOn } from './soak-hand-on';

export interface SoakHome extends Home {
  bridgeOptions: HueBridgeOptions;
  discovery: DiscoveryService;
  /** a second bridge, with 3 sensors; read only by cycles whose configuration names it */
  annexe: HueBridge;
  /** Cycles of this command run with these sections laid over the configuration, until the function is called. */
  configured(command: string, over: Sections): () => void;
  /** Takes the database's lock for the given (scaled) seconds; returns a function that waits for its end. */
  holdLock(seconds: number): Promise<() => Promise<void>>;
  cycle(command: string): Promise<RunResult>;
  /** null: nothing is handed on */
  handOn: HandOn | null;
}

type Sections = Record<string, Record<string, unknown>>;

/** Limits small enough that a week of lines reaches them. */
export const LOG_BOUNDS = { max_file_mb: 0.05, max_backups: 5, max_total_mb: 0.4 };

/**
 * @param scale of all waiting: 1 is the real time of the defaults (busy timeout 5 s, retries after 1, 2 and 4 s)
 * @param handsOn whether there are rules, a webhook and a broker
 */
export async function openSoakHome(scale: number, handsOn: boolean): Promise<SoakHome> {
  const authority = await createTestAuthority();
  const bridgeOptions: HueBridgeOptions = { authority, protocols: ['https'], values: 'drift' };
  const discovery = await startDiscoveryService();
  const annexe = await startHueBridge({
    ...bridgeOptions,
    bridgeId: '001788fffe200002',
    home: makeHome({ motionSensors: 3, seed: 7 }),
  });
  const home = await openHome({
    bridge: bridgeOptions,
    cloud: { values: 'drift' },
    config: {
      retry: { base_delay_seconds: scale },
      storage: { busy_timeout_ms: 5000 * scale },
      logging: { ...LOG_BOUNDS, min_free_mb: 0 },
      hue: { timeout_seconds: 1, discovery: ['cloud'], discovery_url: discovery.url },
      amazon_aqm: { timeout_seconds: 1 },
    },
  });
  mkdirSync(home.dataDirectory);
  const handOn = handsOn ? await startHandOn(home.directory, home.bridge) : null;
  const keys = { username: home.bridge.key, bridges: { main: home.bridge.key, annexe: annexe.key } };
  home.configure({}, { hue: keys, ...handOn?.secrets });
  const config = { ...(JSON.parse(readFileSync(home.configFile, 'utf8')) as Sections), ...handOn?.config };
  writeFileSync(home.configFile, JSON.stringify(config));
  const configFiles = new Map<string, string>();

  const soakHome: SoakHome = Object.assign(home, {
    bridgeOptions,
    discovery,
    annexe,
    handOn,
    configured(command: string, over: Sections) {
      const changed = { ...config };
      for (const [section, values] of Object.entries(over)) changed[section] = { ...config[section], ...values };
      const file = join(home.directory, 'config', `${command}.yaml`);
      writeFileSync(file, JSON.stringify(changed));
      configFiles.set(command, file);
      return () => void configFiles.delete(command);
    },
    async holdLock(seconds: number) {
      const holder = await holdDatabase(home.databaseFile);
      const released = new Promise((resolve) => setTimeout(resolve, seconds * 1000 * scale)).then(() =>
        holder.release(),
      );
      return () => released;
    },
    cycle: (command: string) => {
      const configFile = configFiles.get(command) ?? home.configFile;
      return runCommand(command, { args: ['--config', configFile, '--secrets', home.secretsFile, '--json'] });
    },
  });
  const closeHome = home.close.bind(home);
  soakHome.close = async () => {
    await Promise.all([closeHome(), soakHome.bridge.close(), annexe.close(), discovery.close(), handOn?.close()]);
  };
  return soakHome;
}
