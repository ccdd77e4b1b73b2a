/**
 * One plain connection for exchanges that belong together: who is asked for an identity, and who is told a secret, must
 * be the same machine. If it closes the connection, the next one goes to the same address; its name is not looked up
 * again, because it may lead elsewhere by then.
 */
import type { Agent } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';

export interface KeptConnection {
  agent(lookup?: LookupFunction): Promise<Agent>;
  /** Ends the connection; a further exchange makes another one to the same address. */
  close(): void;
}

export function keptConnection(): KeptConnection {
  let agent: Agent | undefined;
  let address: { address: string; family: number } | undefined;
  return {
    async agent(given) {
      const lookup = given ?? (await import('node:dns')).lookup;
      if (agent !== undefined) return agent;
      agent = new (await import('node:http')).Agent({
        keepAlive: true,
        maxSockets: 1,
        lookup: (host, options, done) => {
          if (address === undefined) lookup(host, options, done);
          else if (options.all === true) done(null, [address]);
          else done(null, address.address, address.family);
        },
      });
      const connect = agent.createConnection.bind(agent);
      agent.createConnection = (options, callback) => {
        const socket = connect(options, callback) as Socket;
        return socket.once('connect', () => {
          address = { address: socket.remoteAddress ?? '', family: socket.remoteFamily === 'IPv6' ? 6 : 4 };
        });
      };
      return agent;
    },
    close() {
      agent?.destroy();
      agent = undefined;
    },
  };
}
