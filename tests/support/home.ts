/** A whole home for a test: simulated devices, a scratch installation, and real commands, run as cron runs them. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAqmCloud, type AqmCloud, type AqmCloudOptions } from '../../lib/simulator/aqm-cloud';
import { startHueBridge, type HueBridge, type HueBridgeOptions } from '../../lib/simulator/hue-bridge';
import { writeScratchInstallation, type ScratchInstallation } from '../../lib/simulator/scratch-installation';
import { Database, type Row } from '../../lib/store/database';
import { runCommand, startCommand, type RunOptions, type Running, type RunResult } from './run-command';

type Sections = Record<string, Record<string, unknown>>;

export interface HomeOptions {
  /** false: no Hue section at all */
  bridge?: HueBridgeOptions | false;
  /** false: no Amazon section at all */
  cloud?: AqmCloudOptions | false;
  /** merged into the configuration, section by section */
  config?: Sections;
  secrets?: Sections;
  /** true: it stays open when the test ends; the code that opens it must close it */
  staysOpen?: boolean;
}

/** Fast enough for a test: waits of 10, 20, 40 ms instead of seconds. */
export const QUICK_RETRY = { base_delay_seconds: 0.01 };

export interface Home extends ScratchInstallation {
  bridge: HueBridge;
  cloud: AqmCloud;
  run(command: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  start(command: string, args?: readonly string[], options?: RunOptions): Running;
  /** Writes the two files again. */
  configure(config: Sections, secrets?: Sections): void;
  /** Runs a query on readings.db, and closes it again. */
  query<T extends Row = Row>(sql: string): Promise<T[]>;
  /** every line of every log file, parsed */
  logLines(): Record<string, unknown>[];
  /** the lines of one event */
  logged(event: string): Record<string, unknown>[];
  close(): Promise<void>;
}

const opened = new Set<Home>();
let inTest = false;
// A campaign has no tests, and closes its homes itself; so does a file that opens one for all of its tests.
if (typeof afterEach === 'function') {
  beforeEach(() => {
    inTest = true;
  });
  afterEach(async () => {
    inTest = false;
    await Promise.all([...opened].map((home) => home.close()));
  });
}

/** If a test opens it, it is closed when that test ends. */
export async function openHome(options: HomeOptions = {}): Promise<Home> {
  const directory = mkdtempSync(join(tmpdir(), 'home-'));
  chmodSync(directory, 0o755); // another user's process must be able to reach its own folders
  const bridge = await startHueBridge({ values: 'fixed', ...(options.bridge === false ? {} : options.bridge) });
  const cloud = await startAqmCloud({ values: 'fixed', ...(options.cloud === false ? {} : options.cloud) });
  const configure = (config: Sections = {}, secrets: Sections = {}) =>
    writeScratchInstallation(directory, {
      ...(options.bridge === false ? {} : { bridge }),
      ...(options.cloud === false ? {} : { cloud }),
      config: { retry: QUICK_RETRY, ...options.config, ...config },
      secrets: { ...options.secrets, ...secrets },
    });
  const installation = configure();
  const logLines = () =>
    readdirSync(installation.logDirectory)
      .filter((name) => !name.startsWith('.'))
      .flatMap((name) => readFileSync(join(installation.logDirectory, name), 'utf8').split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const home: Home = {
    ...installation,
    bridge,
    cloud,
    configure,
    run: (command, args = [], more = {}) => runCommand(command, { ...more, args: [...installation.flags, ...args] }),
    start: (command, args = [], more = {}) =>
      startCommand(command, { ...more, args: [...installation.flags, ...args] }),
    query: async <T extends Row>(sql: string) => {
      const database = await Database.open(installation.databaseFile, 'read-only');
      try {
        return await database.all<T>(sql);
      } finally {
        await database.close();
      }
    },
    logLines,
    logged: (event) => logLines().filter((line) => line['event'] === event),
    close: async () => {
      opened.delete(home);
      await Promise.all([bridge.close(), cloud.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  if (inTest && options.staysOpen !== true) opened.add(home);
  return home;
}
