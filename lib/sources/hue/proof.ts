/**
 * The key goes only to a bridge that has shown that it is ours: another device at its old address must not learn it.
 */
import { asMonitorError, MonitorError } from '../../errors';
import type { HueClient } from './client';
import { UnexpectedAnswer } from './clip';

/**
 * Asks who answers at `address`: the public `/api/config`, without the key. Over HTTPS the handshake has proved it
 * already.
 * @throws MonitorError `wrong_bridge` if it is another bridge, or no bridge at all; else what the exchange threw
 */
export async function proveBridge(
  client: Pick<HueClient, 'publicConfig'>,
  address: string,
  bridgeId: string,
): Promise<void> {
  let found: string;
  try {
    found = (await client.publicConfig(address)).bridgeId;
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    const answered = failure.type === 'invalid_response' || failure.type === 'unauthorized' || failure.type === 'http';
    if (!answered || (failure.type === 'http' && !failure.permanent)) throw failure;
    // A bridge that starts gives such answers for some seconds, too.
    const permanent = failure.permanent && !(failure instanceof UnexpectedAnswer);
    throw wrongBridge(`what answers at ${address} is not a Hue Bridge (${failure.message})`, address, permanent);
  }
  if (found === bridgeId) return;
  throw wrongBridge(`another bridge answers at ${address}: it is ${found}, ours is ${bridgeId}`, address, true);
}

/** Over plain HTTP: every request with the key, retries included, comes right after the proof. */
export function provingFirst(client: HueClient, bridgeId: string): HueClient {
  return {
    publicConfig: (address) => client.publicConfig(address),
    async sensors(address) {
      await proveBridge(client, address, bridgeId);
      return client.sensors(address);
    },
    async sensorsOfFullConfiguration(address) {
      await proveBridge(client, address, bridgeId);
      return client.sensorsOfFullConfiguration(address);
    },
  };
}

function wrongBridge(message: string, address: string, permanent: boolean): MonitorError {
  return new MonitorError(message, {
    type: 'wrong_bridge',
    permanent,
    endpoint: `GET ${address}/api/config`,
    remediation: 'Check hue.bridge_url and hue.bridge_id, or run "node bin/auth-hue.js".',
  });
}
