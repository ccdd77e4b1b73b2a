/** Writes the result of the pairing into the user's two files: into both, or into neither. */
import { editTogether } from '../../config/edit-together';
import { proveEditable, type YamlEdit } from '../../config/edit-yaml';
import type { Files } from '../../config/find';
import type { Trust } from '../../sources/hue/trust';

export interface Pairing {
  address: string;
  bridgeId: string;
  key: string;
  trust: Trust;
  /** whether the configuration names a pinned certificate now */
  hadPin: boolean;
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
  const { address, bridgeId, key, trust, hadPin } = pairing;
  const edits: YamlEdit[] = [
    { path: ['hue', 'bridge_url'], value: address },
    { path: ['hue', 'bridge_id'], value: bridgeId },
  ];
  if (trust.certificateSha256 !== '' || hadPin) {
    edits.push({ path: ['hue', 'certificate_sha256'], value: trust.certificateSha256 });
  }
  const changes = [
    { file: files.secrets, edits: [{ path: ['hue', 'username'], value: key }] satisfies YamlEdit[], mode: 0o600 },
    { file: files.config, edits },
  ];
  const done = editTogether(files, changes);
  return changes.map(({ file }, index) => ({ file, backup: done[index]?.backup ?? null }));
}
