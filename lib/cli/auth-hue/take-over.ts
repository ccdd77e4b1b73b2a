/** A Bridge Pro that took a home over knows the keys of the old bridge: its button need not be pressed. */
import { MonitorError } from '../../errors';
import type { HueClient } from '../../sources/hue/client';
import type { MetBridge } from '../../sources/hue/survey';
import type { Trust } from '../../sources/hue/trust';
import type { Target } from './target';

/**
 * @param client asks with the key of the old bridge, and only the bridge whose certificate an authority has signed
 * @returns the key if the bridge accepts it; null: the button has to be pressed
 */
export async function keyTakenOver(
  { address, bridgeId }: MetBridge,
  trust: Trust,
  { former, formerKey }: Target,
  client: HueClient,
): Promise<string | null> {
  const mayBe = trust.kind === 'signed' && former !== null && former.bridge_id !== '' && former.bridge_id !== bridgeId;
  if (!mayBe || formerKey === undefined) return null;
  // What it said before was not proved yet; a neighbour's bridge must not get the key.
  const { replacesBridgeId } = await client.publicConfig(address);
  if (replacesBridgeId !== former.bridge_id) return null;
  try {
    await client.sensors(address);
    return formerKey;
  } catch (thrown) {
    if (thrown instanceof MonitorError && thrown.type === 'unauthorized') return null;
    throw thrown;
  }
}
