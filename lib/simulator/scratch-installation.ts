/** A configuration that points at simulated devices, written into a scratch folder: for the demo and for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AqmCloud } from './aqm-cloud';
import type { HueBridge } from './hue-bridge';

export interface ScratchInstallationOptions {
  /** absent: no `hue` section and no key */
  bridge?: HueBridge;
  /** absent: no `amazon_aqm` section and no token */
  cloud?: AqmCloud;
  /** merged into what is written, section by section: `{ hue: { endpoint: 'full' } }` */
  config?: Record<string, Record<string, unknown>>;
  secrets?: Record<string, Record<string, unknown>>;
}

export interface ScratchInstallation {
  directory: string;
  configFile: string;
  secretsFile: string;
  /** `<directory>/data`, made by the first cycle */
  dataDirectory: string;
  databaseFile: string;
  logDirectory: string;
  /** what the two files say */
  written: { config: Sections; secrets: Sections };
  /** `--config FILE --secrets FILE` */
  flags: string[];
}

/**
 * Writes `config/config.yaml` and `config/secrets.yaml` (0600) under `directory`. The address is HTTPS if there is one.
 */
export function writeScratchInstallation(directory: string, options: ScratchInstallationOptions): ScratchInstallation {
  const { bridge, cloud } = options;
  const folder = join(directory, 'config');
  mkdirSync(folder, { recursive: true });
  const config: Record<string, Record<string, unknown>> = {};
  const secrets: Record<string, Record<string, unknown>> = {};
  if (bridge !== undefined) {
    config['hue'] = { bridge_url: bridge.httpsUrl || bridge.url, bridge_id: bridge.bridgeId, discovery: [] };
    if (bridge.ca !== '') {
      const caFile = join(folder, 'test-authority.pem');
      writeFileSync(caFile, bridge.ca);
      config['hue']['ca_file'] = caFile;
    }
    secrets['hue'] = { username: bridge.key };
  }
  if (cloud !== undefined) {
    config['amazon_aqm'] = { marketplace: cloud.account.marketplace, base_urls: cloud.baseUrls };
    secrets['amazon'] = { refresh_token: cloud.account.refreshToken };
  }
  const configFile = join(folder, 'config.yaml');
  const secretsFile = join(folder, 'secrets.yaml');
  // JSON is YAML.
  const written = { config: layOver(config, options.config), secrets: layOver(secrets, options.secrets) };
  writeFileSync(configFile, JSON.stringify(written.config, null, 2));
  writeFileSync(secretsFile, JSON.stringify(written.secrets, null, 2), { mode: 0o600 });
  const dataDirectory = join(directory, 'data');
  return {
    directory,
    configFile,
    secretsFile,
    dataDirectory,
    databaseFile: join(dataDirectory, 'readings.db'),
    logDirectory: join(directory, 'logs'),
    written,
    flags: ['--config', configFile, '--secrets', secretsFile],
  };
}

type Sections = Record<string, Record<string, unknown>>;

function layOver(base: Sections, over: Sections = {}): Sections {
  const result = { ...base };
  for (const [section, values] of Object.entries(over)) result[section] = { ...result[section], ...values };
  return result;
}
