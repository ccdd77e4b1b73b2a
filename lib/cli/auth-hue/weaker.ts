/** A bridge that proved itself better before is not paired in silence with a weaker proof: it may be an impostor. */
import { MonitorError } from '../../errors';
import type { BridgeConfig } from '../../sources/hue/bridges';
import type { Trust } from '../../sources/hue/trust';
import type { Asker } from '../ask';

/** From the weakest to the strongest. */
const STRENGTHS: readonly Trust['kind'][] = ['none', 'unverified', 'pinned', 'signed'];

const WORDS: Record<Trust['kind'], string> = {
  none: 'it has no https, so that anybody in this network can pose as it and read the key',
  unverified: 'its certificate is not verified',
  pinned: 'its certificate is signed only by itself',
  signed: 'its certificate is signed by an authority',
};

/** How the configuration has the bridge proved up to now. */
function former({ bridge_url, tls, certificate_sha256 }: BridgeConfig): Trust['kind'] {
  if (!bridge_url.startsWith('https:')) return 'none';
  if (tls === 'insecure') return 'unverified';
  return certificate_sha256 === '' ? 'signed' : 'pinned';
}

/** @throws MonitorError `tls` if the proof is weaker than before, and nobody accepts that */
export async function acceptProof(
  trust: Trust,
  bridgeId: string,
  configured: BridgeConfig | null,
  { isAccepted, asker }: { isAccepted: boolean; asker: Asker | null },
): Promise<void> {
  if (configured === null || configured.bridge_id !== bridgeId || configured.bridge_url === '') return;
  const before = former(configured);
  if (STRENGTHS.indexOf(trust.kind) >= STRENGTHS.indexOf(before) || isAccepted) return;
  const reason = `the bridge ${bridgeId} proves itself worse than before (then ${WORDS[before]}): now ${WORDS[trust.kind]}`;
  const answer = await asker?.ask(`${reason}.\nAccept that? [y/N] `);
  if (/^y(es)?$/i.test(answer ?? '')) return;
  throw new MonitorError(reason, {
    type: 'tls',
    permanent: true,
    remediation: {
      say: 'Something else may be posing as your bridge. If it was reset, or is an old one that lost its https, accept it',
      command: 'node bin/auth-hue.js --weaker',
    },
  });
}
