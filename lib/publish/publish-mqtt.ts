/**
 * Hands the readings of a cycle on to a broker: a retained state for each device, and once a day, or if something has
 * changed, what Home Assistant needs to discover them. What cannot be published is not kept: the next cycle is newer.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { isYoung, staleAfter } from '../clock';
import type { MqttConfig, MqttSecrets } from '../config/config';
import { MonitorError } from '../errors';
import { fileError } from '../files/file-error';
import { readOwnFile } from '../files/own-file';
import type { StateFolder } from '../files/state-folder';
import type { Reading } from '../reading';
import { discoveryOf, stateOf, stateTopic, type Message } from './messages';

export const PUBLISH_STATE_FILE = 'publish-state.json';

export interface PublishContext {
  mqtt: MqttConfig;
  secrets: MqttSecrets | undefined;
  /** keeps when discovery was sent last */
  state: StateFolder;
  collector: string;
  /** the start of the cycle that has read them */
  cycle: string;
  readings: readonly Reading[];
  intervalMinutes: number;
  signal: AbortSignal;
  timeoutMs: number;
  now?: () => number;
}

const DAY_MS = 86_400_000;

/** It answers each message with some bytes; the package would keep a message of 256 MB in memory. */
const MOST_BYTES = 1_000_000;

/** @returns how many messages the broker has taken @throws MonitorError `network`, `tls` */
export async function publishReadings(context: PublishContext): Promise<number> {
  const { mqtt, collector, cycle, readings, intervalMinutes, now = Date.now } = context;
  const nowMs = now();
  const fresh = readings.filter(({ measured_at }) => isFresh(measured_at, nowMs, intervalMinutes));
  const expireAfterSeconds = Math.max(1, Math.round(3 * intervalMinutes * 60));
  const discovery = readings.flatMap((reading) => discoveryOf(reading, { ...mqtt, expireAfterSeconds }));
  const digest = createHash('sha256').update(JSON.stringify(discovery)).digest('hex');
  const isTold = wasTold(context.state, collector, digest, nowMs);
  const messages: Message[] = [
    ...(isTold ? [] : discovery),
    ...fresh.map((reading) => ({
      topic: stateTopic(mqtt.topic_prefix, reading.device_id),
      payload: stateOf(reading, cycle),
    })),
  ];
  if (messages.length === 0) return 0;
  const { client, failed } = await connected(context);
  try {
    const sent = messages.map(({ topic, payload }) =>
      client.publishAsync(topic, JSON.stringify(payload), { qos: 1, retain: true }),
    );
    await until(Promise.race([Promise.all(sent), failed]), context.signal);
    await until(client.endAsync(), context.signal);
  } catch (thrown) {
    throw unreachable(thrown);
  } finally {
    client.end(true);
  }
  if (!isTold) remember(context.state, collector, digest, nowMs);
  return messages.length;
}

interface Connection {
  client: MqttClient;
  failed: Promise<never>;
}

/** What a sensor measured long ago is not published again: it expires there as it does here. */
function isFresh(measured_at: string | null, nowMs: number, intervalMinutes: number): boolean {
  return measured_at === null || nowMs - Date.parse(measured_at) <= staleAfter(intervalMinutes);
}

/** @returns also what rejects when the connection fails: then the client would wait for answers for ever */
async function connected({ mqtt, secrets, signal, timeoutMs }: PublishContext): Promise<Connection> {
  const ca = mqtt.ca_file === '' ? undefined : certificates(mqtt.ca_file);
  const { connect } = await import('mqtt');
  const client = connect(mqtt.url, {
    ...{ clean: true, reconnectPeriod: 0, connectTimeout: timeoutMs, rejectUnauthorized: true },
    ...(secrets?.username !== undefined && { username: secrets.username, password: secrets.password ?? '' }),
    ...(ca !== undefined && { ca }),
  });
  let received = 0;
  const failed = new Promise<never>((_resolve, reject) => {
    client.stream.on('data', (part: Buffer) => {
      received += part.length;
      if (received <= MOST_BYTES) return;
      reject(new Error('it sends more than any broker has to say'));
      client.end(true);
    });
    client.on('error', reject);
    client.on('close', () => reject(new Error('the broker closed the connection')));
  });
  failed.catch(() => undefined);
  try {
    await until(
      Promise.race([new Promise<void>((resolve) => client.once('connect', () => resolve())), failed]),
      signal,
    );
    return { client, failed };
  } catch (thrown) {
    client.end(true);
    throw unreachable(thrown);
  }
}

function certificates(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw fileError('read', path, thrown);
  }
}

function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_resolve, reject) => {
      const end = () => reject(new Error('no answer in time'));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    }),
  ]);
}

function unreachable(thrown: unknown): MonitorError {
  const { message, code = 'no reason given' } = thrown as { message?: string; code?: string | number };
  const why = message === undefined || message === '' ? String(code) : message;
  return new MonitorError(`the MQTT broker took nothing: ${why}`, {
    type: /certificate|self.signed|ERR_TLS/i.test(`${why} ${String(code)}`) ? 'tls' : 'network',
    endpoint: 'MQTT',
    remediation: 'Look at publish.mqtt in config.yaml and mqtt in secrets.yaml, and whether the broker runs.',
    cause: thrown,
  });
}

type Told = Record<string, { digest: string; at: string }>;

function told({ path }: StateFolder): Told {
  try {
    const content: unknown = JSON.parse(readOwnFile(join(path, PUBLISH_STATE_FILE)));
    return typeof content === 'object' && content !== null ? (content as Told) : {};
  } catch {
    return {};
  }
}

function wasTold(state: StateFolder, collector: string, digest: string, nowMs: number): boolean {
  const last = told(state)[collector];
  return last?.digest === digest && isYoung(Date.parse(last.at), DAY_MS, nowMs);
}

function remember(state: StateFolder, collector: string, digest: string, nowMs: number): void {
  const all = { ...told(state), [collector]: { digest, at: new Date(nowMs).toISOString() } };
  state.write(PUBLISH_STATE_FILE, `${JSON.stringify(all, null, 1)}\n`);
}
