/** Reads config.yaml: the only place where its text becomes a Config. */
import { join, resolve } from 'node:path';
import type { AqmConfig, BridgeKeys, Config, HueConfig, NotifyConfig } from './config';
import { explain, pointerOf } from './explain';
import type { SchemaNode } from './expectation';
import { ConfigurationError } from './faults';
import { installationDirectory } from './find';
import { plainMarketplace } from './marketplaces';
import { copyOfExample } from './example';
import { baseDirectoryOf } from './paths';
import { placesOf } from './places';
import type { RawConfig } from './rule';
import { checkRules } from './rules';
import { validateConfig } from './validators.generated';
import { readYaml } from './yaml-text';

export interface LoadOptions {
  /** for auth-hue: the file, and the keys it fills in, may be missing, and no source need be enabled */
  beforePairing?: boolean;
}

/**
 * @param file absolute
 * @throws ConfigurationError with every fault of the file
 */
export function loadConfig(file: string, { beforePairing = false }: LoadOptions = {}): Config {
  const example = join(installationDirectory(), 'config', 'config.example.yaml');
  const whenBroken = `Fix the lines named; each key is explained in ${example}`;
  const whenMissing = { say: 'Make one and edit it', command: copyOfExample('config', file) };
  const yaml = readYaml(file, { kind: 'configuration file', whenMissing, whenBroken, mayBeEmpty: beforePairing });
  if (beforePairing) yaml.document['hue'] ??= {};
  writePlainly(yaml.document['amazon_aqm']);
  const baseDirectory = baseDirectoryOf(file);
  const schemaFaults = validateConfig(yaml.document) ? [] : (validateConfig.errors ?? []);
  // Rules are asked only about the keys the schema found no fault with, so that the cast is right for what they read.
  const raw = yaml.document as unknown as RawConfig;
  const ruleFaults = checkRules(raw, schemaFaults.map(pointerOf), { baseDirectory, beforePairing });
  if (schemaFaults.length + ruleFaults.length > 0 || yaml.hasDuplicates) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only if there is something to explain
    const schema = require('../../config/config.schema.json') as SchemaNode;
    throw new ConfigurationError(explain(yaml, schemaFaults, ruleFaults, { schema, secret: false }), whenBroken);
  }
  return resolveConfig(file, baseDirectory, raw);
}

/** `https://www.Amazon.de` is a way to write `amazon.de`. */
function writePlainly(section: unknown): void {
  if (typeof section !== 'object' || section === null || !('marketplace' in section)) return;
  if (typeof section.marketplace === 'string') section.marketplace = plainMarketplace(section.marketplace);
}

/** Makes paths absolute, and ids and numbers what the program counts with. */
function resolveConfig(file: string, base: string, raw: RawConfig): Config {
  const { collection, retry, storage, logging, hue, amazon_aqm, validation, publish, notify, ...others } = raw;
  const places = placesOf(file, base, { data: storage.data_directory, logs: logging.directory });
  return {
    ...others, // sections of further sources
    file,
    collection,
    retry: { ...retry, max_attempts: Math.floor(retry.max_attempts) },
    storage: {
      ...storage,
      data_directory: places.data,
      busy_timeout_ms: Math.floor(storage.busy_timeout_ms),
      wal_autocheckpoint_pages: Math.floor(storage.wal_autocheckpoint_pages),
      file_mode: Number.parseInt(storage.file_mode, 8),
    },
    logging: { ...logging, directory: places.logs, max_backups: Math.floor(logging.max_backups) },
    hue: hue === undefined ? null : resolveHue(base, hue),
    amazon_aqm: amazon_aqm === undefined ? null : resolveAqm(amazon_aqm),
    validation,
    ...(publish !== undefined && { publish: resolvePublish(base, publish) }),
    ...(notify !== undefined && { notify: resolveNotify(base, notify) }),
  };
}

/** A program that is only a name is looked for in PATH. */
function resolveNotify(base: string, notify: NotifyConfig): NotifyConfig {
  const [program = '', ...typed] = notify.command ?? [];
  return program.includes('/') ? { ...notify, command: [resolve(base, program), ...typed] } : notify;
}

function resolvePublish(base: string, { mqtt }: NonNullable<RawConfig['publish']>): NonNullable<Config['publish']> {
  if (mqtt === undefined) return {};
  return { mqtt: { ...mqtt, ca_file: mqtt.ca_file === '' ? '' : resolve(base, mqtt.ca_file) } };
}

function resolveHue(base: string, hue: HueConfig): HueConfig {
  return {
    ...hue,
    ...resolveBridge(base, hue),
    bridges: hue.bridges.map((bridge) => ({ ...bridge, ...resolveBridge(base, bridge) })),
    locations: withoutPrototype(hue.locations),
    offsets: withoutPrototype(hue.offsets),
  };
}

function resolveBridge(base: string, bridge: BridgeKeys): Omit<BridgeKeys, 'tls'> {
  return {
    bridge_url: withoutTrailingSlash(bridge.bridge_url),
    bridge_id: hexDigits(bridge.bridge_id),
    certificate_sha256: hexDigits(bridge.certificate_sha256),
    ca_file: bridge.ca_file === '' ? '' : resolve(base, bridge.ca_file),
  };
}

function resolveAqm(aqm: AqmConfig): AqmConfig {
  const base_urls = Object.fromEntries(
    Object.entries(aqm.base_urls).map(([name, url]) => [name, withoutTrailingSlash(url)]),
  );
  return { ...aqm, base_urls, locations: withoutPrototype(aqm.locations), offsets: withoutPrototype(aqm.offsets) };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function hexDigits(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}

/** A device with the id `constructor` must not get a location by that. */
function withoutPrototype<T>(values: Record<string, T>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, values);
}
