/** Writes the result of the pairing into the user's two files: into both, or into neither. */
import type { HueConfig, NamedBridge } from '../../config/config';
import { editTogether } from '../../config/edit-together';
import { proveEditable, type YamlEdit } from '../../config/edit-yaml';
import type { Files } from '../../config/find';
import type { BridgeConfig } from '../../sources/hue/bridges';
import type { Trust } from '../../sources/hue/trust';
import type { Target } from './target';

export interface Pairing {
  address: string;
  bridgeId: string;
  key: string;
  trust: Trust;
  target: Target;
  /** how the certificate was judged */
  trusting: Pick<BridgeConfig, 'tls' | 'ca_file'>;
  hue: HueConfig;
  /** removes what would keep the section of secrets.yaml from being used */
  strays: readonly YamlEdit[];
}

/** Checks that both files can be written, before the bridge makes a key. */
export function provePairingWritable({ config, secrets }: Files): void {
  proveEditable(secrets);
  proveEditable(config);
}

/**
 * @returns the files changed, each with the path of its former content (null for a new file)
 * @throws MonitorError `file_system`; both files are then as before
 */
export function writePairing(files: Files, pairing: Pairing): { file: string; backup: string | null }[] {
  const changes = [
    { file: files.secrets, edits: [...pairing.strays, ...secretEdits(pairing)], mode: 0o600 },
    { file: files.config, edits: configEdits(pairing) },
  ];
  const done = editTogether(files, changes);
  return changes.map(({ file }, index) => ({ file, backup: done[index]?.backup ?? null }));
}

function secretEdits({ key, target: { name, formerOnly } }: Pairing): YamlEdit[] {
  if (name === '') return [{ path: ['hue', 'username'], value: key }];
  const ofTheFormer: YamlEdit[] =
    formerOnly === null || formerOnly.key === undefined || formerOnly.name === name
      ? []
      : [{ path: ['hue', 'bridges', formerOnly.name], value: formerOnly.key }];
  const single: YamlEdit[] = formerOnly === null ? [] : [{ path: ['hue', 'username'], value: null }];
  return [...ofTheFormer, ...single, { path: ['hue', 'bridges', name], value: key }];
}

function configEdits({ address, bridgeId, trust, target, trusting, hue }: Pairing): YamlEdit[] {
  const { name, formerOnly } = target;
  const found = { bridge_url: address, bridge_id: bridgeId };
  const pin = { certificate_sha256: trust.certificateSha256 };
  const index = name === '' ? -1 : hue.bridges.findIndex((bridge) => bridge.name === name);
  if (name === '' || index >= 0) {
    const section: YamlEdit['path'] = name === '' ? ['hue'] : ['hue', 'bridges', index];
    const hadPin = (name === '' ? hue : hue.bridges[index])?.certificate_sha256 !== '';
    const values = { ...found, ...(trust.certificateSha256 !== '' || hadPin ? pin : {}) };
    return Object.entries(values).map(([key, value]) => ({ path: [...section, key], value }));
  }
  const list: YamlEdit['path'] = ['hue', 'bridges'];
  const added = elementOf({ name, ...trusting, ...found, ...pin });
  if (formerOnly === null) return [{ path: list, value: added }];
  const OWN = ['bridge_url', 'bridge_id', 'tls', 'ca_file', 'certificate_sha256'];
  const removed = OWN.map((key): YamlEdit => ({ path: ['hue', key], value: null }));
  const isTheSame = formerOnly.name === name;
  const former = elementOf({ ...formerOnly.bridge, name: formerOnly.name });
  return [...removed, ...(isTheSame ? [] : [{ path: list, value: former }]), { path: list, value: added }];
}

/** Only what has another value than its default. */
function elementOf({
  name,
  bridge_url,
  bridge_id,
  tls,
  ca_file,
  certificate_sha256,
}: NamedBridge): Record<string, string> {
  return {
    ...{ name, bridge_url, bridge_id },
    ...(tls === 'verify' ? {} : { tls }),
    ...(ca_file === '' ? {} : { ca_file }),
    ...(certificate_sha256 === '' ? {} : { certificate_sha256 }),
  };
}
