/** Reads secrets.yaml. A fault in one section stops only that source; no value of the file is ever quoted. */
import { join } from 'node:path';
import type { EmailSecrets, HeartbeatSecrets, MqttSecrets, Secrets } from './config';
import type { SchemaNode } from './expectation';
import { escapePointer } from './positions';
import { copyOfExample } from './example';
import type { YamlEdit } from './edit-yaml';
import { explain, pointerOf, stepsOf } from './explain';
import { ConfigurationError } from './faults';
import { installationDirectory } from './find';
import { validateSecrets, type SchemaFault } from './validators.generated';
import { readYaml } from './yaml-text';
import type { Remedy } from '../errors';

export type SecretSection = 'hue' | 'amazon' | 'email' | 'heartbeat' | 'notify' | 'mqtt';

export interface LoadedSecrets {
  /** absolute */
  file: string;
  /** the valid sections; one whose key is absent or empty is left out (nobody has logged in yet) */
  secrets: Secrets;
  /** why a section that is there cannot be used */
  faults: Partial<Record<SecretSection, ConfigurationError>>;
  /** sections of another name; nobody needs them, but one may be a typing mistake */
  unknown: ConfigurationError | null;
  /** what keeps a section from being used, and no login would overwrite: mistyped keys, and keys of no valid form */
  strays: Partial<Record<SecretSection, YamlEdit[]>>;
}

/** How the sections look after validation, with defaults filled in. */
interface RawSecrets {
  hue?: { username: string; bridges: Record<string, string> };
  amazon?: { refresh_token: string };
  email?: EmailSecrets;
  heartbeat?: HeartbeatSecrets;
  notify?: { webhook: string };
  mqtt?: MqttSecrets;
}

const SECTIONS = ['hue', 'amazon', 'email', 'heartbeat', 'notify', 'mqtt'] as const;

/** What writes a section whole, and corrects it. */
const LOGINS: Partial<Record<SecretSection, Remedy>> = {
  hue: { say: 'Correct it, or pair with the bridge again, which does that', command: 'node bin/auth-hue.js' },
  amazon: { say: 'Correct it, or log in again, which does that', command: 'node bin/auth-amazon.js' },
};

/**
 * @param file absolute
 * @param beforeLogin the file may be missing, or empty
 * @throws ConfigurationError if the file as a whole is missing, unreadable or not a YAML mapping of sections
 */
export function loadSecrets(file: string, { beforeLogin = false } = {}): LoadedSecrets {
  const example = join(installationDirectory(), 'config', 'secrets.example.yaml');
  const byHand = `Fix the lines named; ${example} shows the sections.`;
  const yaml = readYaml(file, {
    kind: 'secrets file',
    whenMissing: {
      say: 'Make one, then pair with the bridge or log in at Amazon, which writes into it',
      command: copyOfExample('secrets', file),
    },
    whenBroken: byHand,
    mayBeEmpty: beforeLogin,
  });
  const { document } = yaml;
  // `hue:` with nothing below it is a section that is not filled in yet.
  for (const section of SECTIONS) if (document[section] === null) Reflect.deleteProperty(document, section);
  const isValid = validateSecrets(document) && !yaml.hasDuplicates;
  const all = isValid ? [] : explain(yaml, validateSecrets.errors ?? [], [], { schema: schema(), secret: true });

  const secrets = { ...(document as RawSecrets) };
  const faults: LoadedSecrets['faults'] = {};
  const strays: LoadedSecrets['strays'] = {};
  for (const section of SECTIONS) {
    const found = all.filter(({ key }) => isIn(section, key));
    if (found.length === 0) continue;
    // A login can write only into a section that is one.
    const isWritable = !yaml.hasDuplicates && isMapping(document[section]);
    faults[section] = new ConfigurationError(found, (isWritable ? LOGINS[section] : undefined) ?? byHand);
    strays[section] = straysOf(section, validateSecrets.errors ?? []);
    Reflect.deleteProperty(secrets, section);
  }
  const others = all.filter(({ key }) => !SECTIONS.some((section) => isIn(section, key)));
  return {
    file,
    secrets: {
      ...(secrets.hue !== undefined && hasKey(secrets.hue) && { hue: secrets.hue }),
      ...(secrets.amazon !== undefined && secrets.amazon.refresh_token !== '' && { amazon: secrets.amazon }),
      ...(secrets.email !== undefined && { email: secrets.email }),
      ...(secrets.heartbeat !== undefined && { heartbeat: secrets.heartbeat }),
      ...(secrets.notify !== undefined && { notify: secrets.notify }),
      ...(secrets.mqtt !== undefined && { mqtt: secrets.mqtt }),
    },
    faults,
    unknown: others.length === 0 ? null : new ConfigurationError(others, byHand),
    strays,
  };
}

/** @returns the edits that remove unknown keys of a section, and what has no valid form beside the key that is written */
function straysOf(section: SecretSection, faults: readonly SchemaFault[]): YamlEdit[] {
  const pointers = faults.flatMap((fault) => {
    const { keyword, instancePath, params } = fault;
    if (keyword === 'additionalProperties') return [pointerOf(fault)];
    if (keyword === 'propertyNames') return [`${instancePath}/${escapePointer(String(params['propertyName']))}`];
    const isOfBridges =
      /^\/hue\/bridges\/./.test(instancePath) || (keyword === 'type' && instancePath === '/hue/bridges');
    return isOfBridges ? [instancePath] : [];
  });
  const own = [...new Set(pointers)].filter((pointer) => pointer.startsWith(`/${section}/`));
  return own.map((pointer) => ({ path: [section, ...stepsOf(pointer).slice(1)], value: null }));
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasKey({ username, bridges }: NonNullable<Secrets['hue']>): boolean {
  return username !== '' || Object.values(bridges).some((key) => key !== '');
}

function isIn(section: SecretSection, key: string): boolean {
  return key === section || key.startsWith(`${section}.`);
}

/**
 * Every text that must never be shown, for redaction by value: the longest first, so that a value inside another does
 * not leave the other's rest behind. Names of this machine are not secret, and masking them would spoil every message.
 */
export function allSecretValues(secrets: Secrets): string[] {
  // Every text of every section, so that no section can be forgotten here.
  const texts = textsIn(secrets);
  const addresses = [secrets.email?.from, secrets.email?.to].flatMap(
    (text) => text?.match(/[^\s,;<>]+@[^\s,;<>]+/g) ?? [],
  );
  const values = [...texts, ...texts.flatMap(keysInUrl), ...addresses].filter(
    (text) => typeof text === 'string' && text !== '',
  ) as string[];
  const harmless = new Set(['localhost', '127.0.0.1', '::1']);
  const spellings = values.flatMap((text) => [text, encodeURIComponent(text)]);
  return [...new Set(spellings)].filter((text) => !harmless.has(text)).sort((a, b) => b.length - a.length);
}

/** What makes the address of a webhook or a heartbeat secret: its path, what in it is like a key, and a login. */
function keysInUrl(text: unknown): string[] {
  const parts = typeof text === 'string' ? /^https?:\/\/(?:([^/@]+)@)?[^/?]+\/?(.*)$/.exec(text) : null;
  const [, login = '', path = ''] = parts ?? [];
  const keys = path.split(/[/?&=#]/).filter((part) => part.length >= 8 && (/\d/.test(part) || part.length >= 16));
  return [path, ...keys, ...login.split(':')];
}

/** All texts in it, however deep: `hue.bridges` has a key for each bridge. */
function textsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(textsIn);
}

/** Loaded only if there is something to explain. */
function schema(): SchemaNode {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- synchronous, and rarely needed
  return require('../../config/secrets.schema.json') as SchemaNode;
}
