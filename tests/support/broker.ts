/** A real MQTT broker for tests: Debian's mosquitto, or none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';

const PROGRAM = '/usr/sbin/mosquitto';

/** Why the tests that need it are skipped; null if it is there. */
export const noBroker: string | null = existsSync(PROGRAM) ? null : `${PROGRAM} is not installed`;

/** Also those of a test that failed. */
const running = new Set<ChildProcess>();
// A campaign has no tests, and stops its brokers itself.
if (typeof afterEach === 'function') {
  afterEach(() => {
    for (const child of running) child.kill();
    running.clear();
  });
}

export interface Broker {
  url: string;
  /** what it keeps: topic → payload */
  retained: (topics: string, count: number) => Promise<Record<string, unknown>>;
  stop: () => Promise<void>;
}

/** @param port absent: any free one */
export async function startBroker(directory: string, port?: number): Promise<Broker> {
  port ??= await freePort();
  const file = join(directory, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const child = spawn(PROGRAM, ['-c', file, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString();
      if (said.includes('running')) resolve();
    });
    child.once('close', () => reject(new Error(said)));
  });
  const url = `mqtt://127.0.0.1:${port}`;
  return {
    url,
    retained: async (topics, count) => {
      const client = await connectAsync(url, { reconnectPeriod: 0 });
      const found: Record<string, unknown> = {};
      const all = new Promise<void>((resolve) => {
        client.on('message', (topic, payload) => {
          found[topic] = JSON.parse(payload.toString());
          if (Object.keys(found).length >= count) resolve();
        });
      });
      await client.subscribeAsync(topics);
      await all;
      await client.endAsync();
      return found;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGKILL'); // SIGTERM is lost on one that has just said that it runs
      }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
