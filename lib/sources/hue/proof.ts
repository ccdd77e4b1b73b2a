/**
 * The key goes only to a bridge that has shown that it is ours: another device at its old address must not learn it.
 */
import { asMonitorError, MonitorError } from '../../errors';
import { errorCode } from '../../files/file-error';
import { keptConnection, type KeptConnection } from '../../http/kept-connection';
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
  connection?: KeptConnection,
): Promise<void> {
  let found: string;
  try {
    found = (await client.publicConfig(address, connection)).bridgeId;
  } catch (thrown) {
    const failure = asMonitorError(thrown);
    const answered = failure.type === 'invalid_response' || failure.type === 'unauthorized' || failure.type === 'http';
    if (!answered || (failure.type === 'http' && !failure.permanent)) throw failure;
    // A bridge that starts gives such answers for some seconds, too.
    const permanent = failure.permanent && !(failure instanceof UnexpectedAnswer);
    throw wrongBridge(
      `what answers at ${address} is not a Hue Bridge (${failure.message})`,
      address,
      permanent,
      failure,
    );
  }
  if (found === bridgeId) return;
  throw wrongBridge(`another bridge answers at ${address}: it is ${found}, ours is ${bridgeId}`, address, true);
}

/**
 * Every request with the key, retries included, comes right after the proof, over plain http on the same connection.
 * @param isProved whether the handshake with an address proves the bridge by itself
 */
export function provingFirst(client: HueClient, bridgeId: string, isProved: (address: string) => boolean): HueClient {
  async function proved<T>(address: string, ask: (connection?: KeptConnection) => Promise<T>): Promise<T> {
    if (isProved(address)) return ask();
    const connection = address.startsWith('http:') ? keptConnection() : undefined;
    try {
      await proveBridge(client, address, bridgeId, connection);
      return await ask(connection);
    } catch (thrown) {
      if (connection === undefined || !isClosed(thrown)) throw thrown;
      // It closes each connection without saying so: another one for each question, to the same address.
      connection.close();
      await proveBridge(client, address, bridgeId, connection);
      connection.close();
      return await ask(connection);
    } finally {
      connection?.close();
    }
  }
  return {
    publicConfig: (address) => client.publicConfig(address),
    sensors: (address) => proved(address, (connection) => client.sensors(address, connection)),
    sensorsOfFullConfiguration: (address, kind) =>
      proved(address, (connection) => client.sensorsOfFullConfiguration(address, kind, connection)),
  };
}

function isClosed(thrown: unknown): boolean {
  return thrown instanceof MonitorError && /^(ECONNRESET|EPIPE)$/.test(errorCode(thrown.cause));
}

function wrongBridge(message: string, address: string, permanent: boolean, cause?: MonitorError): MonitorError {
  return new MonitorError(message, {
    type: 'wrong_bridge',
    permanent,
    endpoint: `GET ${address}/api/config`,
    remediation: 'Check hue.bridge_url and hue.bridge_id, or run "node bin/auth-hue.js".',
    cause,
  });
}
