/** What auth-hue shows to the user, apart from its questions. */
import type { HueConfig } from '../../config/config';
import type { MetBridge } from '../../sources/hue/survey';
import type { Trust } from '../../sources/hue/trust';
import type { SourceReport } from '../../sources/accept';
import { plural, printable } from '../../wording';
import { quantitiesOf } from '../collector-output';
import type { writePairing } from './write-pairing';

type Say = (text: string) => void;

export function showTrust({ kind, certificateSha256 }: Trust, hue: Pick<HueConfig, 'ca_file'>, say: Say): void {
  const authority = hue.ca_file === '' ? 'Signify' : 'Signify or hue.ca_file';
  const sentences: Record<Trust['kind'], string> = {
    signed: `Its certificate is signed for this bridge by ${authority}.`,
    pinned:
      `Its certificate is signed only by the bridge itself: from now on only exactly this certificate is accepted\n` +
      `(hue.certificate_sha256, SHA-256 ${certificateSha256}).`,
    unverified: 'Its certificate is not verified, because hue.tls is insecure.',
    none: 'It has no HTTPS: its key is sent unencrypted through your network.',
  };
  say(`${sentences[kind]}\n`);
}

export function showWritten(written: ReturnType<typeof writePairing>, say: Say): void {
  for (const { file, backup } of written) {
    say(`Written: ${file}${backup === null ? '' : ` (the former one: ${backup})`}\n`);
  }
}

export function showReadings({ readings, skipped }: SourceReport, say: Say): void {
  say(`It works: ${plural(readings.length, 'sensor')} read.\n`);
  const width = Math.max(0, ...readings.map(({ location }) => location.length));
  for (const reading of readings) {
    say(`  ${printable(reading.location).padEnd(width)}  ${quantitiesOf(reading).join('  ')}\n`);
  }
  for (const [device, reason] of Object.entries(skipped)) say(`  skipped ${printable(device)}: ${reason}\n`);
}

/** The fields of `--json` that only this command has. */
export function fieldsOf({ address, bridgeId, name, modelId }: MetBridge, trust: Trust, report: SourceReport): object {
  return {
    bridge: { bridge_url: address, bridge_id: bridgeId, name, model_id: modelId, certificate: trust.kind },
    readings: report.readings,
    skipped: report.skipped,
  };
}
